process TAXONOMY_PREDICT {
    tag "${meta.id}"
    label 'process_medium'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-taxonomy:0.1.0"

    input:
    tuple val(meta), path(matrices), path(model)

    output:
    tuple val(meta), path("${prefix}.predictions.tsv"), emit: predictions
    tuple val(meta), path("${prefix}.probabilities.npz"), emit: probabilities
    tuple val(meta), path("${prefix}.predictions.json"), emit: report
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-taxonomy --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: (meta.model ? "${meta.id}.${meta.model}" : meta.id)
    """
    latentbin-taxonomy predict \\
        --matrix ${matrices} \\
        --model ${model} \\
        --output ${prefix}.predictions.tsv \\
        --probabilities ${prefix}.probabilities.npz \\
        --threads ${task.cpus} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: (meta.model ? "${meta.id}.${meta.model}" : meta.id)
    """
    touch ${prefix}.predictions.tsv ${prefix}.probabilities.npz
    echo '{}' > ${prefix}.predictions.json
    """
}
