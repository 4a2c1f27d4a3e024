process REPORT_DATASET {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-report:0.1.0"

    // given: what files are, 'predictions' or another option of the command; of models: their names, or ''
    input:
    tuple val(meta), val(given), val(models), path(files, stageAs: 'file?/*')

    output:
    tuple val(meta), path("${prefix}.summary.json"), emit: summary
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-report --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def flags = [files].flatten().withIndex().collect { file, at -> "--${given[at]} ${models[at] ? "${models[at]}=" : ''}${file}" }.join(' ')
    prefix = task.ext.prefix ?: meta.id
    """
    latentbin-report dataset \\
        --name '${meta.id}' \\
        ${flags} \\
        --output ${prefix}.summary.json \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    echo '{}' > ${prefix}.summary.json
    """
}
