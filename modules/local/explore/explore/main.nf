process EXPLORE_EXPLORE {
    tag "${meta.id}"
    label 'process_medium'

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-explore:0.1.0"

    input:
    tuple val(meta), path(matrices)
    path truth

    output:
    tuple val(meta), path("${prefix}.explore/metrics.tsv"), emit: metrics
    tuple val(meta), path("${prefix}.explore/metrics.json"), emit: report
    tuple val(meta), path("${prefix}.explore/{pca,umap,vae}.npz"), emit: embeddings
    tuple val(meta), path("${prefix}.explore/clusters/*.tsv"), emit: clusters
    tuple val(meta), path("${prefix}.explore/*.{svg,png}"), emit: plots
    tuple val(meta), path("${prefix}.explore/explore.html"), emit: page
    tuple val(meta), path("${prefix}.explore/elbow.tsv"), emit: elbow, optional: true
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-explore --version | sed 's/.* //'"), emit: versions

    script:
    def args   = task.ext.args ?: ''
    def given  = [matrices].flatten().collect { path -> "--matrix ${path}" }.join(' ')
    def known  = truth ? "--truth ${truth}" : ''
    prefix     = task.ext.prefix ?: meta.id
    """
    latentbin-explore \\
        ${given} \\
        ${known} \\
        --output-dir ${prefix}.explore \\
        --threads ${task.cpus} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    mkdir -p ${prefix}.explore/clusters
    touch ${prefix}.explore/{metrics,pca,umap,vae}.{svg,png} ${prefix}.explore/{pca,umap,vae}.npz
    touch ${prefix}.explore/metrics.tsv ${prefix}.explore/explore.html
    touch ${prefix}.explore/clusters/{pca,umap,vae}.{kmeans,dbscan,hdbscan,gmm}.tsv
    echo '{}' > ${prefix}.explore/metrics.json
    """
}
