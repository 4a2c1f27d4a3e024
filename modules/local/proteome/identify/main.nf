process PROTEOME_IDENTIFY {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-proteome:0.1.0"

    input:
    tuple val(meta), path(pins), path(searches)

    output:
    tuple val(meta), path("${prefix}/psms.tsv"), emit: psms
    tuple val(meta), path("${prefix}/proteins.tsv"), emit: proteins
    tuple val(meta), path("${prefix}/identification.json"), emit: report
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-proteome --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-proteome identify \\
        --pin ${pins} \\
        --search ${searches} \\
        --output-dir ${prefix} \\
        ${args}
    """

    stub:
    prefix   = task.ext.prefix ?: meta.id
    """
    mkdir ${prefix}
    touch ${prefix}/psms.tsv ${prefix}/proteins.tsv
    echo '{}' > ${prefix}/identification.json
    """
}
