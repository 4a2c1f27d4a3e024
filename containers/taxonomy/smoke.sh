inputs=(--matrix /data/taxonomy_composition.npz --labels /data/taxonomy_labels.tsv)
latentbin-taxonomy split "${inputs[@]:2}" --by species --output split.tsv
for model in lightgbm network; do
    latentbin-taxonomy train "${inputs[@]}" --split split.tsv --model $model --output-dir $model --threads 2
    latentbin-taxonomy predict "${inputs[@]:0:2}" --model $model/model.npz --output $model.tsv --threads 2
    latentbin-taxonomy evaluate --predictions $model.tsv "${inputs[@]:2}" --split split.tsv --output-dir $model/evaluation
    awk -F '\t' 'NR == 2 { accuracy = $7 } END { print "accuracy", accuracy; exit !(accuracy >= 0.9) }' $model/evaluation/scores.tsv
done
