process VAMB_CLUSTER {
    tag "${meta.id}"
    label 'process_medium'
    ext input_gb: { [latent].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-vamb:0.1.0"

    input:
    tuple val(meta), path(latent), path(markers)

    output:
    tuple val(meta), path("${prefix}.clusters.tsv"), emit: clusters
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-vamb --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def separator = meta.separator ? "--separator='${meta.separator}'" : ''
    // [] where no single-copy genes were looked for
    def genes = markers ? "--markers ${markers}" : ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-vamb cluster \\
        --latent ${latent} \\
        ${genes} \\
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
