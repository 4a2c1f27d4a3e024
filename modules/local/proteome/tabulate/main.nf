process PROTEOME_TABULATE {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-proteome:0.1.0"

    input:
    tuple val(meta), path(quantities)

    output:
    tuple val(meta), path("${prefix}.proteins.tsv"), emit: table
    tuple val(meta), path("${prefix}.proteins.json"), emit: report
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-proteome --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-proteome tabulate \\
        --quantities ${quantities} \\
        --output ${prefix}.proteins.tsv \\
        --json ${prefix}.proteins.json \\
        ${args}
    """

    stub:
    prefix   = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.proteins.tsv
    echo '{}' > ${prefix}.proteins.json
    """
}
