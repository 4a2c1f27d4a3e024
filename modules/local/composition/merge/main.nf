process COMPOSITION_MERGE {
    tag "${meta.id}"
    label 'process_single'
    ext input_gb: { [compositions].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-composition:0.1.0"

    input:
    tuple val(meta), path(compositions, stageAs: 'part?/*')

    output:
    tuple val(meta), path("${prefix}.composition.npz"), emit: composition
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-composition --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-composition merge \\
        --composition ${compositions} \\
        --output ${prefix}.composition.npz \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.composition.npz
    """
}
