process DEEPMETABIN_CLUSTER {
    tag "${meta.id}"
    label 'process_medium'
    ext input_gb: { [latent, graph].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-deepmetabin:0.1.0"

    input:
    tuple val(meta), path(latent), path(graph), path(markers)

    output:
    tuple val(meta), path("${prefix}.clusters.tsv"), emit: clusters
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-deepmetabin --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def separator = meta.separator ? "--separator='${meta.separator}'" : ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-deepmetabin cluster \\
        --latent ${latent} \\
        --graph ${graph} \\
        --markers ${markers} \\
        --output ${prefix}.clusters.tsv \\
        --threads ${task.cpus} \\
        ${separator} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    printf 'contig\\tcluster\\n' > ${prefix}.clusters.tsv
    """
}
