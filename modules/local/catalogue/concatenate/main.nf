process CATALOGUE_CONCATENATE {
    tag "${meta.id}"
    label 'process_single'
    ext input_gb: { [assemblies].flatten().sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }

    conda "${moduleDir}/environment.yml"
    container "ghcr.io/latentbin/latentbin-catalogue:0.1.0"

    input:
    tuple val(meta), val(samples), path(assemblies, stageAs: 'assembly?/*')

    output:
    tuple val(meta), path("${prefix}.catalogue.fna.gz"), emit: catalogue
    tuple val("${task.process}"), val('latentbin'), eval("latentbin-catalogue --version | sed 's/.* //'"), emit: versions

    script:
    def args = task.ext.args ?: ''
    prefix   = task.ext.prefix ?: meta.id
    """
    latentbin-catalogue \\
        --assembly ${assemblies} \\
        --sample ${samples.join(' ')} \\
        --separator='${meta.separator}' \\
        --output ${prefix}.catalogue.fna.gz \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: meta.id
    """
    echo | gzip > ${prefix}.catalogue.fna.gz
    """
}
