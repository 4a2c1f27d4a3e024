process REPORT_STUDY {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-report:0.1.0"

    // given: what files are, 'labels' or another option of the command; notes: what to know of the study
    input:
    tuple val(meta), val(given), path(files, stageAs: 'file?/*'), val(notes)

    output:
    tuple val(meta), path("${prefix}.summary.json"), emit: summary
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-report --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def flags = [files].flatten().withIndex().collect { file, at -> "--${given[at]} ${file}" }.join(' ')
    def known = notes.collect { note -> "--note '${note.replace("'", "’")}'" }.join(' ')
    prefix = task.ext.prefix ?: meta.id
    """
    latentbin-report study \\
        --name '${meta.id}' \\
        ${flags} \\
        ${known} \\
        --output ${prefix}.summary.json \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    echo '{}' > ${prefix}.summary.json
    """
}
