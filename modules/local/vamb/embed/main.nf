process VAMB_EMBED {
    tag "${meta.id}"
    label 'process_medium'
    label 'process_gpu'
    ext input_gb: { [composition, abundance].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-vamb:0.1.0"

    input:
    tuple val(meta), path(composition), path(abundance)

    output:
    tuple val(meta), path("${prefix}.latent.npz"), emit: latent
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-vamb --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def separator = meta.separator ? "--separator='${meta.separator}'" : ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-vamb embed \\
        --composition ${composition} \\
        --abundance ${abundance} \\
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
