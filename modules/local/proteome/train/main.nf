process PROTEOME_TRAIN {
    tag "${meta.id}"
    label 'process_medium'
    label 'process_gpu'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-proteome:0.1.0"

    // without labels it learns the classes that the proteome has
    input:
    tuple val(meta), path(proteome), path(labels)

    output:
    tuple val(meta), path("${prefix}.classifier/classifier.npz"), emit: classifier
    tuple val(meta), path("${prefix}.classifier/summary.json"), emit: report
    tuple val(meta), path("${prefix}.classifier/*.tsv"), emit: tables
    tuple val(meta), path("${prefix}.classifier/*.{svg,png}"), emit: plots
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-proteome --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def targets = labels ? "--labels ${labels}" : ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-proteome train \\
        --proteome ${proteome} \\
        ${targets} \\
        --output-dir ${prefix}.classifier \\
        --threads ${task.cpus} \\
        ${args}
    """

    stub:
    prefix   = task.ext.prefix ?: meta.id
    """
    mkdir ${prefix}.classifier
    touch ${prefix}.classifier/{scores,classes,confusion,predictions}.tsv ${prefix}.classifier/{confusion,reliability}.{svg,png} ${prefix}.classifier/classifier.npz
    echo '{}' > ${prefix}.classifier/summary.json
    """
}
