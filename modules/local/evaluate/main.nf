process EVALUATE {
    tag "${meta.id} ${meta.binner}"
    label 'process_single'
    ext input_gb: { [fasta].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-evaluate:0.1.0"

    input:
    tuple val(meta), path(clusters), path(fasta)
    path truth

    output:
    tuple val(meta), path("${prefix}/metrics.tsv"), emit: metrics
    tuple val(meta), path("${prefix}/metrics.json"), emit: report
    tuple val(meta), path("${prefix}/*s.tsv"), emit: tables
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-evaluate --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def separator = meta.separator ? "--separator='${meta.separator}'" : ''
    prefix = task.ext.prefix ?: "${meta.id}.${meta.binner}"
    """
    latentbin-evaluate \\
        --clusters ${clusters} \\
        --truth ${truth} \\
        --fasta ${fasta} \\
        ${separator} \\
        --output-dir ${prefix} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}.${meta.binner}"
    """
    mkdir ${prefix}
    touch ${prefix}/metrics.tsv ${prefix}/genomes.tsv ${prefix}/bins.tsv
    echo '{}' > ${prefix}/metrics.json
    """
}
