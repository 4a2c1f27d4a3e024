process REPORT_GROUP {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-report:0.1.0"

    // binners: a name for each of the files that follow; latents, qualities and taxa may be []
    input:
    tuple val(meta), path(fasta), path(composition), path(abundance), path(markers), path(predictions), val(binners), path(contig2bins, stageAs: 'bins?/*'), path(clusters, stageAs: 'clusters?/*'), path(latents, stageAs: 'latent?/*'), path(qualities, stageAs: 'quality?/*'), path(taxa, stageAs: 'taxa?/*')
    path truth

    output:
    tuple val(meta), path("${prefix}.summary.json"), emit: summary
    tuple val(meta), path("${prefix}.results.h5ad"), emit: h5ad
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-report --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    def of = { flag, files -> [files].flatten().withIndex().collect { file, at -> "${flag} ${binners[at]}=${file}" }.join(' ') }
    def separator = meta.separator ? "--separator='${meta.separator}'" : ''
    prefix = task.ext.prefix ?: meta.id
    """
    latentbin-report group \\
        --name '${meta.id}' \\
        --fasta ${fasta} \\
        --composition ${composition} \\
        --abundance ${abundance} \\
        ${markers ? "--markers ${markers}" : ''} \\
        ${predictions ? "--predictions ${predictions}" : ''} \\
        ${truth ? "--truth ${truth}" : ''} \\
        ${of.call('--contig2bin', contig2bins)} \\
        ${of.call('--clusters', clusters)} ${of.call('--latent', latents)} \\
        ${of.call('--quality', qualities)} ${of.call('--bin-taxonomy', taxa)} \\
        ${separator} \\
        --h5ad ${prefix}.results.h5ad \\
        --output ${prefix}.summary.json \\
        --threads ${task.cpus} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    touch ${prefix}.results.h5ad
    echo '{}' > ${prefix}.summary.json
    """
}
