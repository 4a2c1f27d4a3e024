process SAMTOOLS_INDEX {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/samtools:1.20--h50ea8bc_0'
        : 'biocontainers/samtools:1.20--h50ea8bc_0'}"

    input:
    tuple val(meta), path(input)

    output:
    tuple val(meta), path("${input}.bai"), emit: bai
    tuple val("${task.process}"), val('samtools'), eval("samtools version | sed '1!d;s/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    """
    samtools index \\
        ${args} \\
        -@ ${task.cpus - 1} \\
        ${input}
    """

    stub:
    """
    touch ${input}.bai
    """
}
