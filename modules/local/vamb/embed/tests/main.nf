// The module alone: nextflow run modules/local/vamb/embed/tests --composition composition.npz --abundance abundance.npz

include { VAMB_EMBED } from '../main'

workflow {
    VAMB_EMBED([[id: 'test'], file(params.composition), file(params.abundance)])
}
