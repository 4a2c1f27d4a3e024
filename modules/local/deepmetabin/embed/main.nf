process DEEPMETABIN_EMBED {
    tag "${meta.id}"
    label 'process_medium'
    label 'process_gpu'
    ext input_gb: { [composition, abundance, graph].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-deepmetabin:0.1.0"

    input:
    tuple val(meta), path(composition), path(abundance), path(graph), path(markers)

    output:
    tuple val(meta), path("${prefix}.latent.npz"), emit: latent
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-deepmetabin --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def separator = meta.separator ? "--separator='${meta.separator}'" : ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-deepmetabin embed \\
        --composition ${composition} \\
        --abundance ${abundance} \\
        --graph ${graph} \\
        --markers ${markers} \\
        --output ${prefix}.latent.npz \\
        --threads ${task.cpus} \\
        ${separator} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.latent.npz
    """
}
