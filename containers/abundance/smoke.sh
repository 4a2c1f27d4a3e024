for sample in S1 S2; do
    latentbin-abundance bam --bam /data/$sample.bam --catalogue /data/composition.npz --unit depth \
        --output $sample.npz --threads 2
done
latentbin-abundance merge --abundance S1.npz S2.npz --output abundance.npz
latentbin-abundance table --table /data/depth_jgi.tsv --catalogue /data/composition.npz --output depth.npz
python3 - <<'python'
import numpy as np

made, known = np.load("abundance.npz"), np.load("/data/abundance.npz")
assert bytes(made["names"]) == bytes(known["names"])
np.testing.assert_allclose(made["values"], known["values"], rtol=1e-5)
python
