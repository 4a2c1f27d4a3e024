process TAXONOMY_VOTE {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-taxonomy:0.1.0"

    // quality may be []
    input:
    tuple val(meta), path(contig2bin), path(predictions), path(composition), path(quality)

    output:
    tuple val(meta), path("${prefix}.bin_taxonomy.tsv"), emit: table
    tuple val(meta), path("${prefix}.bin_taxonomy.json"), emit: report
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-taxonomy --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def beside = quality ? "--quality ${quality}" : ''
    prefix = task.ext.prefix ?: (meta.binner ? "${meta.id}.${meta.binner}" : meta.id)
    """
    latentbin-taxonomy vote \\
        --contig2bin ${contig2bin} \\
        --predictions ${predictions} \\
        --composition ${composition} \\
        ${beside} \\
        --output ${prefix}.bin_taxonomy.tsv \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: (meta.binner ? "${meta.id}.${meta.binner}" : meta.id)
    """
    touch ${prefix}.bin_taxonomy.tsv
    echo '{}' > ${prefix}.bin_taxonomy.json
    """
}
