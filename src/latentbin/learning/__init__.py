"""What training any network needs: progress, checkpoints, the epoch loop, layers."""
