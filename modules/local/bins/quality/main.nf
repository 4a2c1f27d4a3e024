process BINS_QUALITY {
    tag "${meta.id} ${meta.binner}"
    label 'process_single'
    ext input_gb: { [fasta].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-bins:0.1.0"

    input:
    tuple val(meta), path(contig2bin), path(fasta), path(markers), path(checkm2)

    output:
    tuple val(meta), path("${prefix}.quality.tsv"), emit: table
    tuple val(meta), path("${prefix}.quality.json"), emit: report
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-bins --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def judge = checkm2 ? "--checkm2 ${checkm2}" : "--markers ${markers}"
    prefix = task.ext.prefix ?: "${meta.id}.${meta.binner}"
    """
    latentbin-bins quality \\
        --contig2bin ${contig2bin} \\
        --fasta ${fasta} \\
        ${judge} \\
        --output ${prefix}.quality.tsv \\
        --json ${prefix}.quality.json \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}.${meta.binner}"
    """
    touch ${prefix}.quality.tsv
    echo '{}' > ${prefix}.quality.json
    """
}
