process TAXONOMY_SPLIT {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-taxonomy:0.1.0"

    input:
    tuple val(meta), val(by), path(labels), path(matrix)

    output:
    tuple val(meta), path("${prefix}.split.tsv"), emit: split
    tuple val(meta), path("${prefix}.split.json"), emit: report
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-taxonomy --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def only = matrix ? "--matrix ${matrix}" : ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-taxonomy split \\
        --labels ${labels} \\
        --by ${by} \\
        ${only} \\
        --output ${prefix}.split.tsv \\
        ${args}
    """

    stub:
    prefix   = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.split.tsv
    echo '{}' > ${prefix}.split.json
    """
}
