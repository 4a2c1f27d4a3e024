// The subworkflow alone: nextflow run subworkflows/local/spectra/tests --mzml S1.mzML,S2.mzML.gz
// --fasta proteins.fasta

include { SPECTRA } from '../main'

workflow {
    main:
    SPECTRA(
        channel.fromList(params.mzml.tokenize(',')).map { path -> [[id: file(path).simpleName, study: 'study'], file(path)] },
        channel.of([[id: 'study'], file(params.fasta)]),
    )
    SPECTRA.out.table.view { meta, table -> "table ${meta.id} ${table}" }
    SPECTRA.out.identification.view { meta, report -> "report ${meta.id} ${report}" }
    SPECTRA.out.versions.view { version -> "version ${version.join(' ')}" }
}
