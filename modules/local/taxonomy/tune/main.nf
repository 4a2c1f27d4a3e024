process TAXONOMY_TUNE {
    tag "${meta.id}"
    label 'process_medium'
    label 'process_gpu'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-taxonomy:0.1.0"

    input:
    tuple val(meta), path(matrices), path(labels), path(split)

    output:
    tuple val(meta), path("${prefix}.best.json"), emit: parameters
    tuple val(meta), path("${prefix}.study.log"), emit: study
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-taxonomy --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def kind = meta.model ? "--model ${meta.model}" : ''
    prefix = task.ext.prefix ?: (meta.model ? "${meta.id}.${meta.model}" : meta.id)
    """
    latentbin-taxonomy tune \\
        ${kind} \\
        --matrix ${matrices} \\
        --labels ${labels} \\
        --split ${split} \\
        --study ${prefix}.study.log \\
        --output ${prefix}.best.json \\
        --threads ${task.cpus} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: (meta.model ? "${meta.id}.${meta.model}" : meta.id)
    """
    touch ${prefix}.study.log
    echo '{}' > ${prefix}.best.json
    """
}
