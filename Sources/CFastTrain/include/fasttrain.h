/// The C interface of fasttrain, for every language that can call C. docs/C.md explains it, with an example.
///
/// Status. Each function that can fail returns 0 if it succeeds. Otherwise it returns the exit code that the program
/// `fasttrain` has for the same error, and stores one line of text at `message` unless that is NULL; release the text
/// by `fasttrain_text_release`. What the other pointers point to is then unchanged, unless a function says otherwise.
///
/// Objects. A function that makes an object stores a pointer to it. Release each once, in any order: an object that
/// needs another keeps it. Objects are immutable, so several threads may use one at the same time.
///
/// Text is UTF-8 and ends with a zero byte. Settings and results are JSON, with the names that recipe.json and the
/// program's --json have.
///
/// The library prints nothing, handles no signals and never ends the process, unless memory runs out.
#ifndef FASTTRAIN_H
#define FASTTRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The version of this interface. It grows if something is removed or changed; additions leave it as it is.
#define FASTTRAIN_ABI 1

/// Returns the value of FASTTRAIN_ABI that the library was built with. A program compares it with its own.
int32_t fasttrain_abi(void);

/// Returns the version of fasttrain, such as "1.0.0". The text belongs to the library.
const char *fasttrain_version(void);

/// The reasons of a failure. Others may be added; the message says more.
enum {
    FASTTRAIN_OK = 0,
    /// A setting or an argument has a value that it cannot have, or that does not fit the others.
    FASTTRAIN_USAGE = 64,
    /// Data is not as its format or its use requires.
    FASTTRAIN_BAD_DATA = 65,
    /// A file does not exist or cannot be read.
    FASTTRAIN_NO_INPUT = 66,
    /// A bug in fasttrain.
    FASTTRAIN_INTERNAL = 70,
    /// A file cannot be created.
    FASTTRAIN_CANNOT_CREATE = 73,
    /// Reading or writing failed partway, for example because the disk is full.
    FASTTRAIN_INPUT_OUTPUT = 74,
    /// The run folder belongs to another process.
    FASTTRAIN_IN_USE = 75,
    /// The loss or a parameter became NaN or infinite.
    FASTTRAIN_DIVERGED = 76
};

/// Releases a text that a function has stored; NULL is allowed.
void fasttrain_text_release(char *text);

// MARK: - Data sets

/// Training rows and, optionally, test rows.
typedef struct fasttrain_dataset fasttrain_dataset;

/// The type of the elements of a matrix.
typedef enum {
    /// 8-bit numbers, which are multiplied by the data set's scale when they are used.
    FASTTRAIN_U8 = 0,
    /// Single-precision numbers.
    FASTTRAIN_F32 = 1,
    /// 64-bit integers.
    FASTTRAIN_I64 = 2
} fasttrain_type;

/// The rows of one part of a data set.
///
/// Nothing is copied: the memory must stay valid and unchanged until `release` is called.
typedef struct {
    /// The number of rows.
    size_t count;
    /// The features, [count, features of a row], row-major: FASTTRAIN_U8 or FASTTRAIN_F32.
    const void *features;
    fasttrain_type features_type;
    /// Classes, [count], as FASTTRAIN_U8 or FASTTRAIN_I64: places among the names of the classes, from 0. For
    /// regression the numbers to predict, [count, targets], row-major, FASTTRAIN_F32.
    const void *targets;
    fasttrain_type targets_type;
    /// The weight of each row, [count]; NULL means equal weights.
    const float *weights;
    /// Called with `context` once the memory is no longer needed, on any thread; also if the data set cannot be made.
    /// NULL if nobody needs to know.
    void (*release)(void *context);
    void *context;
} fasttrain_rows;

/// Opens a data set file.
///
/// @param path The path of the file.
/// @param in_memory Whether to read the file into memory. Otherwise it is mapped; the process then ends by SIGBUS if
///   another truncates the file while it is in use.
int32_t fasttrain_dataset_open(const char *path, bool in_memory, fasttrain_dataset **dataset, char **message);

/// Opens the built-in sample of MNIST: 4,000 training and 1,000 test rows of 28 × 28 U8 features.
int32_t fasttrain_dataset_sample(fasttrain_dataset **dataset, char **message);

/// Makes a data set of rows in memory.
///
/// @param description A JSON object: "feature_shape", such as [28, 28]; "classes", a list of names, or "targets", such
///   as ["price"]; "name", for messages; "scale", the factor of U8 features, 1/255 if it is missing.
/// @param train The rows to train on.
/// @param test The rows to test on; NULL if there are none.
int32_t fasttrain_dataset_make(
    const char *description, const fasttrain_rows *train, const fasttrain_rows *test, fasttrain_dataset **dataset,
    char **message);

/// Writes a data set to a file, completely or not at all.
int32_t fasttrain_dataset_write(const fasttrain_dataset *dataset, const char *path, char **message);

/// Stores the description of a data set: that of `fasttrain_dataset_make`, with "train_rows" and "test_rows".
int32_t fasttrain_dataset_describe(const fasttrain_dataset *dataset, char **json, char **message);

/// Releases a data set; NULL is allowed.
void fasttrain_dataset_release(fasttrain_dataset *dataset);

// MARK: - Training

/// A trained network.
typedef struct fasttrain_model fasttrain_model;

/// Called during training, on the thread that called the function that trains: about twenty times a second, after each
/// epoch and after each checkpoint.
///
/// @param context The pointer that was passed with the function.
/// @param event A JSON object: {"event": "step", "epoch", "epochs", "step", "steps", "loss", "samples_per_second",
///   "seconds_left"}, {"event": "epoch", …} with the members of a line of history.jsonl, or {"event": "saved",
///   "checkpoint"}.
/// @return Whether to stop. The run then ends after its current step, with a checkpoint if it has a folder.
typedef bool (*fasttrain_progress)(void *context, const char *event);

/// Trains a network.
///
/// @param recipe A JSON object of settings, as in recipe.json; settings that are missing have their defaults.
/// @param dataset The data set.
/// @param options A JSON object: "threads", "output" (a run folder), "checkpoint_every" (steps), "max_time" (seconds),
///   "tensorboard" (a folder), "data_path" (the file of the data set, for recipe.json). NULL means none.
/// @param progress The function to call during training; NULL if there is none.
/// @param context A pointer for `progress`.
/// @param model Receives the model: that of the best epoch if there are validation rows, else of the last; NULL if
///   nobody needs it.
/// @param result Receives a JSON object: "history", a list of epochs; "validation" and "test", evaluations;
///   "best_epoch"; "ended_by"; "checkpoint"; "seconds"; "warnings"; "recipe". NULL if nobody needs it.
int32_t fasttrain_train(
    const char *recipe, const fasttrain_dataset *dataset, const char *options, fasttrain_progress progress,
    void *context, fasttrain_model **model, char **result, char **message);

/// Continues a run from the newest intact checkpoint of its folder, to the same result as without the interruption.
///
/// @param folder The run folder.
/// @param dataset The data set that the run was started on; NULL opens the file that recipe.json names.
/// @param options A JSON object: "threads", "epochs" (a new total), "max_time", "tensorboard", "data_path". NULL means
///   none.
/// The others are those of `fasttrain_train`.
int32_t fasttrain_resume(
    const char *folder, const fasttrain_dataset *dataset, const char *options, fasttrain_progress progress,
    void *context, fasttrain_model **model, char **result, char **message);

// MARK: - Models

/// Opens a model file, the model of a run folder, or that of a checkpoint.
int32_t fasttrain_model_open(const char *path, fasttrain_model **model, char **message);

/// Writes a model file, completely or not at all.
int32_t fasttrain_model_save(const fasttrain_model *model, const char *path, char **message);

/// Stores a JSON object: "recipe"; "feature_shape"; "classes" or "targets"; "scale", if it takes U8 features;
/// "probabilities", whether predictions are probabilities; "parameters", a list of {"name", "shape"}.
int32_t fasttrain_model_describe(const fasttrain_model *model, char **json, char **message);

/// Copies a parameter, row-major.
///
/// @param name Its name, as in "parameters" of the description.
/// @param values Receives the numbers.
/// @param count How many numbers there is room for: those of the parameter.
int32_t fasttrain_model_parameter(
    const fasttrain_model *model, const char *name, float *values, size_t count, char **message);

/// Evaluates a model on the rows of a data set.
///
/// @param on_test Whether to evaluate on the test rows instead of the training rows.
/// @param threads The number of threads; 0 means one for each usable CPU.
/// @param json Receives the evaluation, as `fasttrain evaluate --json` prints it.
int32_t fasttrain_model_evaluate(
    const fasttrain_model *model, const fasttrain_dataset *dataset, bool on_test, int32_t threads, char **json,
    char **message);

/// Releases a model; NULL is allowed.
void fasttrain_model_release(fasttrain_model *model);

// MARK: - Predictions

/// A model prepared for predictions at low latency. Once each thread has made its first calls, predictions for a few
/// rows allocate no memory and make no system call.
typedef struct fasttrain_predictor fasttrain_predictor;

/// Prepares a model for predictions.
int32_t fasttrain_predictor_make(const fasttrain_model *model, fasttrain_predictor **predictor, char **message);

/// Predicts rows: probabilities of the classes or labels, or numbers.
///
/// @param features The features, [rows, features of a row], row-major.
/// @param features_type FASTTRAIN_U8 or FASTTRAIN_F32, as the model was trained on.
/// @param rows The number of rows.
/// @param threads The number of threads; 0 means one unless there are very many rows.
/// @param predictions Receives the values, [rows, classes or targets], row-major. Undefined after a failure.
int32_t fasttrain_predictor_predict(
    const fasttrain_predictor *predictor, const void *features, fasttrain_type features_type, size_t rows,
    int32_t threads, float *predictions, char **message);

/// Releases a predictor; NULL is allowed.
void fasttrain_predictor_release(fasttrain_predictor *predictor);

// MARK: - scikit-learn's estimators

/// A network that is trained by the rules of scikit-learn's MLPClassifier and MLPRegressor, on which the wrappers of other
/// languages build theirs. One thread may use it at a time.
typedef struct fasttrain_estimator fasttrain_estimator;

/// Makes an estimator without weights.
int32_t fasttrain_estimator_make(fasttrain_estimator **estimator, char **message);

/// Trains an estimator on the training rows of a data set, as `fit` and `partial_fit` do.
///
/// @param settings A JSON object of scikit-learn's parameters, such as "hidden_layer_sizes", "solver" and "max_iter", with
///   its defaults for those that are missing; "activation" also takes the names of recipe.json; "loss": "log_loss" (also
///   for several labels, which are targets of 0 and 1), "squared_error" or "poisson"; "threads".
/// @param is_partial Whether to train for one epoch that continues the previous ones.
/// @param progress Called after each epoch with {"event": "epoch", "epoch", "loss", "validation_score",
///   "learning_rate"}; the fit ends with the weights so far if it returns true.
/// @param attributes Receives a JSON object: "n_iter", "t", "loss", "best_loss", "best_validation_score", "converged", and
///   "loss_curve" and "validation_scores" of this call; NULL if nobody needs it.
/// The others are those of `fasttrain_train`.
int32_t fasttrain_estimator_fit(
    fasttrain_estimator *estimator, const char *settings, const fasttrain_dataset *dataset, bool is_partial,
    fasttrain_progress progress, void *context, char **attributes, char **message);

/// Stores the network that an estimator has trained.
int32_t fasttrain_estimator_model(const fasttrain_estimator *estimator, fasttrain_model **model, char **message);

/// Releases an estimator; NULL is allowed.
void fasttrain_estimator_release(fasttrain_estimator *estimator);

#ifdef __cplusplus
}
#endif

#endif
