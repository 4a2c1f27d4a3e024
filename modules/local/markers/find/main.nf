process MARKERS_FIND {
    tag "${meta.id}"
    label 'process_medium'
    ext input_gb: { [fasta].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-markers:0.1.0"

    input:
    tuple val(meta), path(fasta)

    output:
    tuple val(meta), path("${prefix}.markers.tsv"), emit: markers
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-markers --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    // of one assembly of several: what goes in front of its contigs' names, 'S1~'
    def part = meta.name_prefix ? "--prefix='${meta.name_prefix}'" : ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-markers find \\
        --fasta ${fasta} \\
        --output ${prefix}.markers.tsv \\
        --threads ${task.cpus} \\
        ${part} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.markers.tsv
    """
}
