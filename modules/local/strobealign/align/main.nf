process STROBEALIGN_ALIGN {
    tag "${meta.id}"
    label 'process_high'
    ext input_gb: { [fasta].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://community-cr-prod.seqera.io/docker/registry/v2/blobs/sha256/58/58b8968bb248307d133950891a33c9e569f5f1aa729ad997d8bb1311ec7f2589/data'
        : 'community.wave.seqera.io/library/htslib_samtools_strobealign_pigz:90eb6a088ad3d321'}"

    input:
    tuple val(meta), path(reads)
    tuple val(meta2), path(fasta)

    // '|| true': a stub run works without the program
    output:
    tuple val(meta), path("${prefix}.bam"), emit: bam
    tuple val("${task.process}"), val('strobealign'), eval('strobealign --version || true'), emit: versions
    tuple val("${task.process}"), val('samtools'), eval("samtools version | sed '1!d;s/.* //'"), emit: versions_samtools

    script:
    def args  = task.ext.args ?: ''
    def args2 = task.ext.args2 ?: ''
    prefix    = task.ext.prefix ?: meta.id
    """
    strobealign \\
        ${args} \\
        -t ${task.cpus} \\
        ${fasta} \\
        ${reads} \\
        | samtools sort \\
            ${args2} \\
            -@ ${task.cpus - 1} \\
            -o ${prefix}.bam \\
            -
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.bam
    """
}
