process MARKERS_MERGE {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-markers:0.1.0"

    input:
    tuple val(meta), path(tables, stageAs: 'part?/*')

    output:
    tuple val(meta), path("${prefix}.markers.tsv"), emit: markers
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-markers --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-markers merge \\
        --markers ${tables} \\
        --output ${prefix}.markers.tsv \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.markers.tsv
    """
}
