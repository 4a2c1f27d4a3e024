#!/usr/bin/env nextflow
/*
 * Latentbin: genome bins from contigs and read mappings, with learned representations.
 */

include { BINNING                                           } from './workflows/binning'
include { readInput; resultsText; versionsText; weightFiles } from './subworkflows/local/utils_latentbin'
include { helpText; readSchema                              } from './subworkflows/local/utils_schema'

workflow {
    main:
    def root = workflow.projectDir
    def schema = readSchema(root.resolve('nextflow_schema.json'))

    if (params.help) {
        log.info("Latentbin ${workflow.manifest.version}\n\n  nextflow run . --input samplesheet.csv --outdir results\n\n${helpText(schema)}")
    }
    else if (params.version) {
        log.info("Latentbin ${workflow.manifest.version}")
    }
    else {
        def input = readInput(params, schema, readSchema(root.resolve('assets/schema_input.json')))
        def info = "${params.outdir}/pipeline_info"

        BINNING(
            channel.fromList(input.groups),
            channel.fromList(input.samples),
            params.truth ? file(params.truth, glob: false) : [],
            params.binners.tokenize(','),
            params.vamb_markers,
            [weightFiles(params.genomeface_composition_weights), weightFiles(params.genomeface_abundance_weights)],
            params.mapper,
            params.save_bam,
        )

        channel.of(groovy.json.JsonOutput.prettyPrint(groovy.json.JsonOutput.toJson(params)))
            .collectFile(name: 'params.json', storeDir: info)

        BINNING.out.versions
            .toSortedList { a, b -> a.join(' ') <=> b.join(' ') }
            .map { versions -> versionsText(versions, workflow) }
            .collectFile(name: 'versions.yml', storeDir: info)

        BINNING.out.results
            .toSortedList { a, b -> a[0..1].join(' ') <=> b[0..1].join(' ') }
            .map { results -> resultsText(results) }
            .collectFile(name: 'summary.tsv', storeDir: params.outdir)
            .view { table -> "\n${table.text}" }

        workflow.onComplete = {
            log.info(workflow.success ? "Results are in ${params.outdir}" : "Mend what the message above says, and run the same command with -resume.")
        }
    }
}
