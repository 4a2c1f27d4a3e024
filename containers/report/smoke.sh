latentbin-report group --name gut --fasta /data/catalogue.fna.gz --composition /data/composition.npz \
    --abundance /data/abundance.npz --markers /data/markers.tsv --contig2bin vamb=/data/contig2bin.tsv \
    --latent vamb=/data/vamb_latent.npz --h5ad results.h5ad --output gut.summary.json
latentbin-report write --summary gut.summary.json --output report.html
grep -q gut report.html
python3 -c 'import anndata; assert anndata.read_h5ad("results.h5ad").n_obs == 101'
