process ABUNDANCE_MERGE {
    tag "${meta.id}"
    label 'process_single'
    ext input_gb: { [abundances].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-abundance:0.1.0"

    input:
    tuple val(meta), path(abundances, stageAs: 'abundance?/*')

    output:
    tuple val(meta), path("${prefix}.abundance.npz"), emit: abundance
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-abundance --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-abundance merge \\
        --abundance ${abundances} \\
        --output ${prefix}.abundance.npz \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.abundance.npz
    """
}
