process TAXONOMY_EVALUATE {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-taxonomy:0.1.0"

    // probabilities, split and its report may be []: all contigs with labels are judged then
    input:
    tuple val(meta), path(predictions), path(probabilities), path(labels), path(split), path(split_report)

    output:
    tuple val(meta), path("${prefix}.evaluation/evaluation.json"), emit: report
    tuple val(meta), path("${prefix}.evaluation/*.tsv"), emit: tables
    tuple val(meta), path("${prefix}.evaluation/*.{svg,png}"), emit: plots
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-taxonomy --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def known = probabilities ? "--probabilities ${probabilities}" : ''
    def part = split ? "--split ${split}" : ''
    def leaks = split_report ? "--split-report ${split_report}" : ''
    prefix = task.ext.prefix ?: (meta.model ? "${meta.id}.${meta.model}" : meta.id)
    """
    latentbin-taxonomy evaluate \\
        --predictions ${predictions} \\
        --labels ${labels} \\
        ${known} \\
        ${part} \\
        ${leaks} \\
        --output-dir ${prefix}.evaluation \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: (meta.model ? "${meta.id}.${meta.model}" : meta.id)
    """
    mkdir ${prefix}.evaluation
    touch ${prefix}.evaluation/{scores,classes,confusion}.tsv ${prefix}.evaluation/reliability.{svg,png}
    echo '{}' > ${prefix}.evaluation/evaluation.json
    """
}
