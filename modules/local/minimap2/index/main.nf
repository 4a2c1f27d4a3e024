process MINIMAP2_INDEX {
    tag "${meta.id}"
    label 'process_low'
    ext input_gb: { [fasta].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/minimap2:2.28--he4a0461_0'
        : 'biocontainers/minimap2:2.28--he4a0461_0'}"

    input:
    tuple val(meta), path(fasta)

    // '|| true': a stub run works without the program
    output:
    tuple val(meta), path("${prefix}.mmi"), emit: index
    tuple val("${task.process}"), val('minimap2'), eval('minimap2 --version || true'), emit: versions

    script:
    def args = task.ext.args ?: ''
    prefix   = task.ext.prefix ?: meta.id
    """
    minimap2 \\
        ${args} \\
        -t ${task.cpus} \\
        -d ${prefix}.mmi \\
        ${fasta}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.mmi
    """
}
