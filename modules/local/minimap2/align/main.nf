process MINIMAP2_ALIGN {
    tag "${meta.id}"
    label 'process_high'
    ext input_gb: { [reference].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/mulled-v2-66534bcbb7031a148b13e2ad42583020b9cd25c4:3161f532a5ea6f1dec9be5667c9efc2afdac6104-0'
        : 'biocontainers/mulled-v2-66534bcbb7031a148b13e2ad42583020b9cd25c4:3161f532a5ea6f1dec9be5667c9efc2afdac6104-0'}"

    input:
    tuple val(meta), path(reads)
    tuple val(meta2), path(reference)

    // '|| true': a stub run works without the program
    output:
    tuple val(meta), path("${prefix}.bam"), emit: bam
    tuple val("${task.process}"), val('minimap2'), eval('minimap2 --version || true'), emit: versions
    tuple val("${task.process}"), val('samtools'), eval("samtools version | sed '1!d;s/.* //'"), emit: versions_samtools

    script:
    def args  = task.ext.args ?: ''
    def args2 = task.ext.args2 ?: ''
    prefix    = task.ext.prefix ?: meta.id
    """
    minimap2 \\
        -a \\
        ${args} \\
        -t ${task.cpus} \\
        ${reference} \\
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
