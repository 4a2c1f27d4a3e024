process PROTEOME_PREPARE {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-proteome:0.1.0"

    input:
    tuple val(meta), path(table), path(samples, stageAs: 'samples/*'), path(like, stageAs: 'like/*')

    // with `like`, of new samples
    output:
    tuple val(meta), path("${prefix}.${kind}.npz"), emit: proteome
    tuple val(meta), path("${prefix}.${kind}.json"), emit: report
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-proteome --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def format = meta.format ? "--format ${meta.format}" : ''
    def sheet = samples ? "--samples ${samples}" : ''
    def reference = like ? "--like ${like}" : ''
    kind     = like ? 'new' : 'proteome'
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-proteome prepare \\
        --table ${table} \\
        ${format} \\
        ${sheet} \\
        ${reference} \\
        --output ${prefix}.${kind}.npz \\
        ${args}
    """

    stub:
    kind     = like ? 'new' : 'proteome'
    prefix   = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.${kind}.npz
    echo '{"samples": {"in_table": 8, "classes": {"a": 4, "b": 4}}, "proteins": {"kept": 2}}' > ${prefix}.${kind}.json
    """
}
