process ABUNDANCE_BAM {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-abundance:0.1.0"

    input:
    tuple val(meta), path(bam), path(catalogue), path(fasta, stageAs: 'reference/*')

    output:
    tuple val(meta), path("${prefix}.abundance.npz"), emit: abundance
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-abundance --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def reference = bam.name.endsWith('.cram') ? "--reference ${fasta}" : ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-abundance bam \\
        --bam ${bam} \\
        --sample ${meta.sample ?: meta.id} \\
        --catalogue ${catalogue} \\
        ${reference} \\
        --output ${prefix}.abundance.npz \\
        --threads ${task.cpus} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.abundance.npz
    """
}
