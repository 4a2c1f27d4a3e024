process GENOMEFACE_EMBED {
    tag "${meta.id}"
    label 'process_medium'
    ext input_gb: { [fasta, abundance].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-genomeface:0.1.0"

    input:
    tuple val(meta), path(fasta), path(abundance)
    path composition_weights, stageAs: 'composition/*'
    path abundance_weights, stageAs: 'abundance/*'

    output:
    tuple val(meta), path("${prefix}.embedding.npz"), emit: embedding
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-genomeface --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    // each comes with a .json beside it
    def composition = composition_weights ? '--composition-weights composition/*.npz' : ''
    def depths = abundance_weights ? '--abundance-weights abundance/*.npz' : ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-genomeface embed \\
        --fasta ${fasta} \\
        --abundance ${abundance} \\
        ${composition} \\
        ${depths} \\
        --output ${prefix}.embedding.npz \\
        --threads ${task.cpus} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.embedding.npz
    """
}
