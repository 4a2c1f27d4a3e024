process PROTEOME_QUANTIFY {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-proteome:0.1.0"

    input:
    tuple val(meta), path(mzml), path(psms)

    output:
    tuple val(meta), path("${prefix}.quantities.tsv"), emit: quantities
    tuple val(meta), path("${prefix}.quantities.json"), emit: report
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-proteome --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-proteome quantify \\
        --psms ${psms} \\
        --mzml ${mzml} \\
        --sample '${meta.id}' \\
        --output ${prefix}.quantities.tsv \\
        --json ${prefix}.quantities.json \\
        --threads ${task.cpus} \\
        ${args}
    """

    stub:
    prefix   = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.quantities.tsv
    echo '{}' > ${prefix}.quantities.json
    """
}
