process PROTEOME_EMBED {
    tag "${meta.id}"
    label 'process_medium'
    label 'process_gpu'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-proteome:0.1.0"

    input:
    tuple val(meta), path(proteome)

    output:
    tuple val(meta), path("${prefix}.latent.npz"), emit: latent
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-proteome --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-proteome embed \\
        --proteome ${proteome} \\
        --output ${prefix}.latent.npz \\
        --threads ${task.cpus} \\
        ${args}
    """

    stub:
    prefix   = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.latent.npz
    """
}
