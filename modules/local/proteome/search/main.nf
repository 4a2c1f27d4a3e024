process PROTEOME_SEARCH {
    tag "${meta.id}"
    label 'process_medium'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-proteome:0.1.0"

    input:
    tuple val(meta), path(mzml), path(fasta)

    // '|| true': a stub run works without the program
    output:
    tuple val(meta), path("${prefix}.pin"), emit: pin
    tuple val(meta), path("${prefix}.search.json"), emit: report
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-proteome --version | sed 's/.* //'"), emit: versions
    tuple val("${task.process}"), val('comet'), eval("(comet-ms || comet || true) 2>&1 | grep -oE '[0-9]{4}[.][0-9]+ rev[.] [0-9]+' || true"), emit: versions_comet

    script:
    def args = task.ext.args ?: ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-proteome search \\
        --mzml ${mzml} \\
        --sample '${meta.id}' \\
        --fasta ${fasta} \\
        --output ${prefix}.pin \\
        --json ${prefix}.search.json \\
        --threads ${task.cpus} \\
        ${args}
    """

    stub:
    prefix   = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.pin
    echo '{}' > ${prefix}.search.json
    """
}
