process BINS_WRITE {
    tag "${meta.id} ${meta.binner}"
    label 'process_low'
    ext input_gb: { [fasta, abundance].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-bins:0.1.0"

    input:
    tuple val(meta), path(clusters), path(fasta), path(abundance)

    output:
    tuple val(meta), path("${prefix}/bins/*.fna.gz"), emit: bins, optional: true
    tuple val(meta), path("${prefix}/unbinned.fna.gz"), emit: unbinned
    tuple val(meta), path("${prefix}/bins.tsv"), emit: table
    tuple val(meta), path("${prefix}/contig2bin.tsv"), emit: contig2bin
    tuple val(meta), path("${prefix}/bins.binning"), emit: biobox
    tuple val(meta), path("${prefix}/bins.json"), emit: report
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-bins --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def depths = abundance ? "--abundance ${abundance}" : ''
    def separator = meta.separator ? "--separator='${meta.separator}'" : ''
    prefix = task.ext.prefix ?: "${meta.id}.${meta.binner}"
    """
    latentbin-bins write \\
        --fasta ${fasta} \\
        --clusters ${clusters} \\
        ${depths} \\
        ${separator} \\
        --prefix ${meta.binner}_ \\
        --output-dir ${prefix} \\
        --threads ${task.cpus} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}.${meta.binner}"
    """
    mkdir -p ${prefix}/bins
    echo | gzip | tee ${prefix}/bins/1.fna.gz > ${prefix}/unbinned.fna.gz
    touch ${prefix}/bins.tsv ${prefix}/contig2bin.tsv ${prefix}/bins.binning
    echo '{}' > ${prefix}/bins.json
    """
}
