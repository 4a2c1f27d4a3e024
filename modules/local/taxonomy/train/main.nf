process TAXONOMY_TRAIN {
    tag "${meta.id}"
    label 'process_medium'
    label 'process_gpu'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-taxonomy:0.1.0"

    // the classes are those of the training part
    input:
    tuple val(meta), path(matrices), path(labels), path(split), path(parameters)

    output:
    tuple val(meta), path("${prefix}.model/model.npz"), emit: model
    tuple val(meta), path("${prefix}.model/train.json"), emit: report
    tuple val(meta), path("${prefix}.model/training.tsv"), emit: training
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-taxonomy --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def kind = meta.model ? "--model ${meta.model}" : ''
    def tuned = parameters ? "--parameters ${parameters}" : ''
    prefix = task.ext.prefix ?: (meta.model ? "${meta.id}.${meta.model}" : meta.id)
    """
    latentbin-taxonomy train \\
        ${kind} \\
        --matrix ${matrices} \\
        --labels ${labels} \\
        --split ${split} \\
        ${tuned} \\
        --output-dir ${prefix}.model \\
        --threads ${task.cpus} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: (meta.model ? "${meta.id}.${meta.model}" : meta.id)
    """
    mkdir ${prefix}.model
    touch ${prefix}.model/model.npz ${prefix}.model/training.tsv
    echo '{}' > ${prefix}.model/train.json
    """
}
