#!/usr/bin/env nextflow
/*
 * Latentbin: learned representations. Genome bins from contigs and read mappings, labels of samples
 * from their proteomes, or taxa of contigs.
 */

include { BINNING                                } from './workflows/binning'
include { PROTEOMICS                             } from './workflows/proteomics'
include { TAXONOMY                               } from './workflows/taxonomy'
include { REPORT_WRITE                           } from './modules/local/report/write'
include { readInput; weightFiles                 } from './subworkflows/local/utils_latentbin'
include { linesText; resultsText                 } from './subworkflows/local/utils_reports'
include { studiesText; versionsText              } from './subworkflows/local/utils_reports'
include { taxonomyText; withRunTimes             } from './subworkflows/local/utils_reports'
include { helpText; readSchema                   } from './subworkflows/local/utils_schema'

workflow {
    main:
    def root = workflow.projectDir
    def schema = readSchema(root.resolve('nextflow_schema.json'))

    if (params.help) {
        def calls = '  nextflow run . --input samplesheet.csv --outdir results\n  nextflow run . --workflow proteomics --input studies.csv --outdir results\n  nextflow run . --workflow taxonomy --input datasets.csv --outdir results'
        log.info("Latentbin ${workflow.manifest.version}\n\n${calls}\n\n${helpText(schema)}")
    }
    else if (params.version) {
        log.info("Latentbin ${workflow.manifest.version}")
    }
    else {
        def sheets = [binning: 'schema_input', proteomics: 'schema_proteomics', taxonomy: 'schema_taxonomy']
        def input = readInput(params, schema, sheets.collectEntries { name, sheet -> [name, readSchema(root.resolve("assets/${sheet}.json"))] })
        def info = "${params.outdir}/pipeline_info"
        def taxonomy_model = params.taxonomy_model ? file(params.taxonomy_model, glob: false) : []

        if (params.workflow == 'proteomics') {
            PROTEOMICS(channel.fromList(input.studies), channel.fromList(input.runs), params.proteome_target)
            ch_versions = PROTEOMICS.out.versions
            ch_summaries = PROTEOMICS.out.summaries
            ch_summary = PROTEOMICS.out.results
                .toSortedList { a, b -> a[0..1].join(' ') <=> b[0..1].join(' ') }
                .map { results -> studiesText(results) }
        }
        else if (params.workflow == 'taxonomy') {
            TAXONOMY(
                channel.fromList(input.datasets),
                params.taxonomy_split,
                params.taxonomy_models.tokenize(','),
                (params.taxonomy_tune_trials as int) > 0,
                taxonomy_model,
            )
            ch_versions = TAXONOMY.out.versions
            ch_summaries = TAXONOMY.out.summaries
            ch_summary = TAXONOMY.out.results
                .toSortedList { a, b -> a[0..2].join(' ') <=> b[0..2].join(' ') }
                .map { results -> taxonomyText(results) }
        }
        else {
            BINNING(
                channel.fromList(input.groups),
                channel.fromList(input.samples),
                params.truth ? file(params.truth, glob: false) : [],
                params.binners.tokenize(','),
                params.vamb_markers,
                [weightFiles(params.genomeface_composition_weights), weightFiles(params.genomeface_abundance_weights)],
                params.mapper,
                params.save_bam,
                taxonomy_model,
            )
            ch_versions = BINNING.out.versions
            ch_summaries = BINNING.out.summaries
            ch_summary = BINNING.out.results
                .toSortedList { a, b -> a[0..1].join(' ') <=> b[0..1].join(' ') }
                .map { results -> resultsText(results) }
        }

        ch_params = channel.of(groovy.json.JsonOutput.prettyPrint(groovy.json.JsonOutput.toJson(params)))
            .collectFile(name: 'params.json', storeDir: info)

        ch_version_file = ch_versions
            .toSortedList { a, b -> a.join(' ') <=> b.join(' ') }
            .map { versions -> versionsText(versions, workflow) }
            .collectFile(name: 'versions.yml', storeDir: info)

        // without run times: they would make it anew in each resumed run
        REPORT_WRITE(
            ch_summaries.toSortedList { a, b -> a.name <=> b.name }.filter { summaries -> summaries },
            ch_version_file,
            ch_params,
            [],
        )

        ch_summary
            .collectFile(name: 'summary.tsv', storeDir: params.outdir)
            .view { table -> "\n${params.workflow in ['proteomics', 'taxonomy'] ? linesText(table.text) : table.text}\n" }

        workflow.onComplete = {
            def page = file("${params.outdir}/report.html")
            def trace = file("${info}/execution_trace.tsv")
            if (workflow.success && page.exists() && trace.exists()) {
                page.text = withRunTimes(page.text, trace.text)
            }
            log.info(workflow.success ? "Results are in ${params.outdir}" : "Mend what the message above says, and run the same command with -resume.")
        }
    }
}
