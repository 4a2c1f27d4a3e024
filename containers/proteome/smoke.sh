latentbin-proteome search --mzml /data/proteome_run_A.mzML.gz --sample proteome_run_A \
    --fasta /data/proteome_database.fasta --output A.pin --json A.json --threads 2
latentbin-proteome identify --pin /data/proteome_run_{A,B}.pin --search /data/proteome_run_{A,B}.json --output-dir spectra
for run in A B; do
    latentbin-proteome quantify --psms spectra/psms.tsv --mzml /data/proteome_run_$run.mzML.gz --sample proteome_run_$run \
        --output $run.tsv --json $run.json
done
latentbin-proteome tabulate --quantities A.tsv B.tsv --output table.tsv --json table.json
head -3 table.tsv

latentbin-proteome prepare --table /data/proteome_table.tsv --samples /data/proteome_samples.csv --output proteome.npz
latentbin-proteome embed --proteome proteome.npz --epochs 5 --output latent.npz --threads 2
latentbin-proteome label --latent latent.npz --output-dir labels
latentbin-proteome train --proteome proteome.npz --epochs 2 --min-steps 20 --output-dir classifier --threads 2
latentbin-proteome classify --proteome /data/proteome_new.npz --classifier /data/proteome_classifier.npz \
    --output predictions.tsv
test "$(wc -l <predictions.tsv)" -gt 5
