latentbin-composition tnf --fasta /data/catalogue.fna.gz --output composition.npz
latentbin-composition kmers --fasta /data/catalogue.fna.gz --output kmers.npz --threads 2
python3 - <<'python'
import numpy as np

made, known = np.load("composition.npz"), np.load("/data/composition.npz")
assert bytes(made["names"]) == bytes(known["names"])
np.testing.assert_allclose(made["values"], known["values"], atol=1e-6)
python
