process DEEPMETABIN_GRAPH {
    tag "${meta.id}"
    label 'process_medium'
    ext input_gb: { [composition, abundance].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-deepmetabin:0.1.0"

    input:
    tuple val(meta), path(composition), path(abundance)

    output:
    tuple val(meta), path("${prefix}.graph.npz"), emit: graph
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-deepmetabin --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def separator = meta.separator ? "--separator='${meta.separator}'" : ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-deepmetabin graph \\
        --composition ${composition} \\
        --abundance ${abundance} \\
        --output ${prefix}.graph.npz \\
        --threads ${task.cpus} \\
        ${separator} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.graph.npz
    """
}
