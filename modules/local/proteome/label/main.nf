process PROTEOME_LABEL {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-proteome:0.1.0"

    input:
    tuple val(meta), path(latent)

    output:
    tuple val(meta), path("${prefix}.labels/labels.tsv"), emit: labels
    tuple val(meta), path("${prefix}.labels/summary.json"), emit: report
    tuple val(meta), path("${prefix}.labels/{eps,methods,follows}.tsv"), emit: tables
    tuple val(meta), path("${prefix}.labels/*.{svg,png}"), emit: plots
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-proteome --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-proteome label \\
        --latent ${latent} \\
        --output-dir ${prefix}.labels \\
        --threads ${task.cpus} \\
        ${args}
    """

    stub:
    prefix   = task.ext.prefix ?: meta.id
    """
    mkdir ${prefix}.labels
    printf 'sample\\tlabel\\na\\t1\\nb\\t1\\nc\\t2\\nd\\t2\\n' > ${prefix}.labels/labels.tsv
    echo '{}' > ${prefix}.labels/summary.json
    touch ${prefix}.labels/{eps,methods,follows}.tsv ${prefix}.labels/{latent,eps,methods}.{svg,png}
    """
}
