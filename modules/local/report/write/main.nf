process REPORT_WRITE {
    tag 'report'
    label 'process_single'
    // versions and parameters are written anew in each run: their content counts
    cache 'deep'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-report:0.1.0"

    // versions, parameters and trace may be []
    input:
    path summaries
    path versions
    path parameters
    path trace

    output:
    path "${prefix}.html", emit: page
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-report --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: 'report'
    """
    latentbin-report write \\
        --summary ${summaries} \\
        ${versions ? "--versions ${versions}" : ''} \\
        ${parameters ? "--parameters ${parameters}" : ''} \\
        ${trace ? "--trace ${trace}" : ''} \\
        --output ${prefix}.html \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: 'report'
    """
    touch ${prefix}.html
    """
}
