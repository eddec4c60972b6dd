// Corpora, from trees that lie as the published ones do.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "audio/corpora/corpus.h"
#include "audio/corpora/durations.h"
#include "audio/corpora/layout.h"
#include "experiments/protocol/table_files.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::audio::corpora;

namespace {

using Tree = TemporaryFolder;

/// A WAV file of 16 kHz with so many samples of silence.
std::string wav(std::uint32_t samples = 4) {
  std::string out = "RIFF";
  io::append(out, std::uint32_t{36 + 2 * samples});
  out += "WAVEfmt ";
  for (const std::uint32_t value : {16u, 0x10001u, 16000u, 32000u, 0x100002u}) io::append(out, value);
  out += "data";
  io::append(out, std::uint32_t{2 * samples});
  return out + std::string(2 * samples, '\0');
}

/// A file below the folder, and the folders that it is in.
void put(const Tree& tree, const std::string& path, const std::string& text) {
  std::filesystem::create_directories((tree.path / path).parent_path());
  write_text(tree.path / path, text);
}
void put_sounds(const Tree& tree, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) put(tree, path, wav());
}

/// "id emotion speaker session gender|text" of every utterance.
std::vector<std::string> lines(const Corpus& corpus) {
  std::vector<std::string> out;
  const auto or_dash = [](const std::string& s) { return s.empty() ? std::string("-") : s; };
  for (const Utterance& u : corpus.utterances)
    out.push_back(fmt::format("{} {} {} {} {}|{}", u.id, u.emotion, or_dash(u.speaker), or_dash(u.session),
                              or_dash(u.gender), u.text));
  return out;
}

/// Why this file was skipped; "" where it was not.
std::string why(const Corpus& corpus, const std::string& path) {
  for (const Skipped& s : corpus.skipped)
    if (s.path == path) return s.why;
  return "";
}

using Lines = std::vector<std::string>;

const std::string evaluation =
    "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n"
    "[6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 2.5000, 2.5000]\n"
    "C-E2:\tNeutral;\t()\nC-E4:\tNeutral; Anger;\t()\nA-E3:\tval 3; act 2; dom  ;\t()\nC-F1:\tAnger;\t()\n\n"
    "[10.0100 - 11.3925]\tSes01F_impro01_M001\texc\t[4.0, 3.5, 3.0]\n"
    "[12.0 - 13.0]\tSes01F_impro01_M002\txxx\t[2.5000, 2.0000, 2.0000]\n";

void put_iemocap(const Tree& tree) {
  const std::string dialog = "IEMOCAP_full_release/Session1/dialog/";
  put(tree, dialog + "EmoEvaluation/Ses01F_impro01.txt", evaluation);
  put(tree, dialog + "EmoEvaluation/._Ses01F_impro01.txt", std::string("\0\5\26\7", 4));
  put(tree, dialog + "EmoEvaluation/Categorical/Ses01F_impro01_e2_cat.txt",
      "[6.2901 - 8.2357]\tSes01F_impro01_F000\tang\t[1, 1, 1]\n");
  put(tree, dialog + "transcriptions/Ses01F_impro01.txt",
      "Ses01F_impro01_F000 [006.2901-008.2357]: Excuse me: yes?\r\nM: Hm.\nSes01F_impro01_M001: Caf\xe9.\n"
      "Ses01F_impro01_MXX0 [1.0-2.0]: Not there.\n");
  const std::string sentences = "IEMOCAP_full_release/Session1/sentences/wav/Ses01F_impro01/";
  put_sounds(tree, {sentences + "Ses01F_impro01_F000.wav", sentences + "Ses01F_impro01_M001.wav",
                    sentences + "Ses01F_impro01_M002.wav", sentences + "._Ses01F_impro01_F000.wav",
                    dialog + "wav/Ses01F_impro01.wav"});
}

}  // namespace

TEST_CASE("EmoDB: names tell everything") {
  const Tree tree;
  put_sounds(tree, {"wav/03a01Fa.wav", "wav/08b10Wc.wav", "wav/15a07Lb.wav", "wav/99a01Fa.wav", "wav/noise.wav",
                    "wav/._03a01Fa.wav", "wav/\xff.wav"});
  put(tree, "erkennung.txt", "x");
  put(tree, "lablaut/03a01Fa.lablaut", "x");
  const Corpus corpus = read_corpus(tree.path);
  CHECK(corpus.layout == "emodb");
  CHECK(lines(corpus) == Lines{"03a01Fa happiness 03 - male|Der Lappen liegt auf dem Eisschrank.",
                               "08b10Wc anger 08 - female|Die wird auf dem Platz sein, wo wir sie immer hinlegen.",
                               "15a07Lb boredom 15 - male|In sieben Stunden wird es soweit sein."});
  CHECK(corpus.utterances[0].path == "wav/03a01Fa.wav");
  CHECK(corpus.skipped.size() == 4);
  CHECK(why(corpus, "wav/99a01Fa.wav") == "its name is not like wav/03a01Fa.wav");
  CHECK(why(corpus, "wav/noise.wav") == "its name is not like wav/03a01Fa.wav");
  CHECK(why(corpus, "wav/._03a01Fa.wav").starts_with("AppleDouble"));
  CHECK(why(corpus, "wav/\\xff.wav") == "its name is not UTF-8");
  CHECK(count_classes(corpus, Classes::four) == Counts{{"anger", 1}, {"happiness", 1}});
  CHECK(count_classes(corpus, Classes::own) == Counts{{"anger", 1}, {"boredom", 1}, {"happiness", 1}});
  CHECK(lines(read_corpus(tree / "wav")) == lines(corpus));  // any folder above the sounds
}

TEST_CASE("IEMOCAP: the last letter talks, raters' own files are not labels") {
  const Tree tree;
  put_iemocap(tree);
  const Corpus corpus = read_corpus(tree.path);
  CHECK(corpus.layout == "iemocap");
  CHECK(lines(corpus) == Lines{"Ses01F_impro01_F000 neu Ses01F Ses01 female|Excuse me: yes?",
                               "Ses01F_impro01_M001 exc Ses01M Ses01 male|Caf\xc3\xa9.",
                               "Ses01F_impro01_M002 xxx Ses01M Ses01 male|"});
  CHECK(corpus.skipped.size() == 3);
  CHECK(why(corpus, "IEMOCAP_full_release/Session1/dialog/wav/Ses01F_impro01.wav").starts_with("its name is not"));
  CHECK(count_classes(corpus, Classes::four) == Counts{{"happiness", 1}, {"neutral", 1}});
}

TEST_CASE("IEMOCAP: all forms of turns, and files or labels that are missing") {
  const Tree tree;
  std::string labels = "[1.0 - 2.0]\tSes05M_script03_2_F041\tsad\t[2.0, 2.0, 2.0]\n";
  Lines paths;
  for (const char* turn : {"Ses01F_impro05a_M010", "Ses02M_script01_1b_F003", "Ses03F_script02_2_MXX1"}) {
    labels += fmt::format("[1.0 - 2.0]\t{}\tang\t[2.0, 2.0, 2.0]\n", turn);
    paths.push_back(fmt::format("Session1/sentences/wav/x/{}.wav", turn));
  }
  put_sounds(tree, paths);
  put_sounds(tree, {"Session1/sentences/wav/x/Ses01F_impro09_M000.wav"});
  put(tree, "Session1/dialog/EmoEvaluation/all.txt", labels);
  const Corpus corpus = read_corpus(tree.path);
  CHECK(lines(corpus) == Lines{"Ses01F_impro05a_M010 ang Ses01M Ses01 male|",
                               "Ses02M_script01_1b_F003 ang Ses02F Ses02 female|",
                               "Ses03F_script02_2_MXX1 ang Ses03M Ses03 male|"});
  CHECK(why(corpus, "Ses05M_script03_2_F041") == "no sound file, but an entry in dialog/EmoEvaluation");
  CHECK(why(corpus, "Session1/sentences/wav/x/Ses01F_impro09_M000.wav") == "no emotion in dialog/EmoEvaluation");

  put(tree, "Session1/dialog/EmoEvaluation/more.txt", "[1.0 - 2.0]\tSes01F_impro05a_M010\tneu\t[2.0, 2.0, 2.0]\n");
  CHECK_FILE_ERROR(read_corpus(tree.path), "more.txt: 'Ses01F_impro05a_M010' is said to be 'ang' and 'neu'");
  std::filesystem::remove_all(tree / "Session1/dialog");
  CHECK_FILE_ERROR(read_corpus(tree.path), "EmoEvaluation/*.txt are missing or empty");
  put(tree, "Session1/dialog/EmoEvaluation/all.txt",
      "[" + std::string(1 << 20, 'x'));  // no regular expression sees it all
  CHECK_FILE_ERROR(read_corpus(tree.path), "are missing or empty");
}

TEST_CASE("MSP-IMPROV: the label file is misspelt, folders and numbers vary") {
  for (const std::string file : {"Evalution.txt", "Evaluation.txt"})
    for (const std::string above : {"Audio/", ""}) {
      const Tree tree;
      put_sounds(tree, {above + "session1/S01A/P/MSP-IMPROV-S01A-F01-P-FM01.wav",
                        above + "session1/S01A/P/MSP-IMPROV-S01A-F01-P-MF01.wav",
                        above + "session6/S20S/T/MSP-IMPROV-S20S-M06-T-MF12.wav",
                        above + "session6/S20S/T/MSP-IMPROV-S20S-M06-T-MF13.wav"});
      put(tree, file,
          "UTD-IMPROV-S01A-F01-P-FM01.avi; N; A:3.0; V:3.5; D:3.0 ; N:4.0;\n"
          "W1; Angry; Annoyed; A:1.0; V:2.0; D:3.0; N:4.0;\nW1; Angry; Annoyed; A:1.0; V:2.0; D:3.0; N:4.0;\n\n"
          "UTD-IMPROV-S01A-F01-P-MF01.avi; H; A:3.000000; V:3.500000; D:NaN;\r\n\n"
          "UTD-IMPROV-S20S-M06-T-MF12.avi; X; A:NaN; V:NaN; D:NaN ; N:NaN;\n");
      const Corpus corpus = read_corpus(tree.path);
      CHECK(corpus.layout == "msp-improv");
      CHECK(lines(corpus) == Lines{"MSP-IMPROV-S01A-F01-P-FM01 neutral F01 1 female|",
                                   "MSP-IMPROV-S01A-F01-P-MF01 happy F01 1 female|",
                                   "MSP-IMPROV-S20S-M06-T-MF12 no agreement M06 6 male|"});
      CHECK(why(corpus, above + "session6/S20S/T/MSP-IMPROV-S20S-M06-T-MF13.wav") == "no emotion in Evalution.txt");
      put(tree, file, "UTD-IMPROV-S01A-F01-P-FM01.avi; Q; A:3.0;\n");
      CHECK_FILE_ERROR(read_corpus(tree.path), file + ": 'Q' is none of A, H, S, N, O, X");
      std::filesystem::remove(tree / file);
      CHECK_FILE_ERROR(read_corpus(tree.path), "Evalution.txt is missing or empty");
    }
}

TEST_CASE("MSP-Podcast: both spellings, unknown speakers, sounds without labels") {
  const std::string header = "FileName,EmoClass,EmoAct,EmoVal,EmoDom,SpkrID,Gender,Split_Set\n";
  for (const std::string file : {"labels_concensus.csv", "labels_consensus.csv"}) {
    const Tree tree;
    put_sounds(tree, {"Audios/MSP-PODCAST_0001_0008.wav", "Audios/MSP-PODCAST_0001_0019.wav",
                      "Audios/MSP-PODCAST_9999_0001.wav"});
    put(tree, "Labels/" + file,
        header +
            "MSP-PODCAST_0001_0008.wav,N,2.2,4.0,3.2,127,Male,Train\n"
            "MSP-PODCAST_0001_0019.wav,C,3.4,4.0,3.8,Unknown,Unknown,Test1\n"
            "MSP-PODCAST_0001_0020.wav,A,3.4,4.0,3.8,128,Female,Development\n"
            "MSP-PODCAST_9999_0001.wav,,,,,,,Test3\n");
    put(tree, "Transcripts/MSP-PODCAST_0001_0008.txt", "well, 'tis\nso\n");
    const Corpus corpus = read_corpus(tree.path);
    CHECK(corpus.layout == "msp-podcast");
    CHECK(lines(corpus) ==
          Lines{"MSP-PODCAST_0001_0008 neutral 127 - male|well, 'tis so", "MSP-PODCAST_0001_0019 contempt - - -|"});
    CHECK(why(corpus, "Audios/MSP-PODCAST_9999_0001.wav") == "no emotion in " + file);
    CHECK(why(corpus, "MSP-PODCAST_0001_0020.wav") == "no sound file, but an entry in " + file);
    const CsvTable labels = label_table(corpus, Classes::own);
    CHECK(labels.rows() == 1);  // an unknown speaker may be anyone
    CHECK(labels.cell(0, labels.column("partition")) == "Train");
    CHECK(published_counts(corpus, Classes::own).empty());

    put(tree, "Labels/" + file, header + "MSP-PODCAST_0001_0008.wav,Neutral,2.2,4.0,3.2,127,Male,Train\n");
    CHECK_FILE_ERROR(read_corpus(tree.path), "EmoClass of MSP-PODCAST_0001_0008 is 'Neutral', none of A, S, H");
    std::filesystem::remove(tree / ("Labels/" + file));
    CHECK_FILE_ERROR(read_corpus(tree.path), "Labels/labels_consensus.csv is missing");
  }
}

TEST_CASE("MSP-Podcast: labels in JSON say what those in CSV say, which go first") {
  for (const std::string spelling : {"concensus", "consensus"}) {
    const Tree tree;
    put_sounds(tree, {"Audios/MSP-PODCAST_0001_0008.wav", "Audios/MSP-PODCAST_0001_0019.wav",
                      "Audios/MSP-PODCAST_0001_0021.wav", "Audios/MSP-PODCAST_9999_0001.wav"});
    put(tree, "Labels/labels_" + spelling + ".json", R"({
      "MSP-PODCAST_0001_0008.wav": {"EmoClass": "N", "EmoAct": 2.2, "EmoVal": 4.0, "EmoDom": 3.2, "SpkrID": "127",
                                    "Gender": "Male", "Split_Set": "Train"},
      "MSP-PODCAST_0001_0019.wav": {"EmoClass": "C", "SpkrID": "Unknown", "Gender": "Unknown", "Split_Set": "Test1"},
      "MSP-PODCAST_0001_0020.wav": {"EmoClass": "A", "SpkrID": 128, "Gender": "Female", "Split_Set": "Development"},
      "MSP-PODCAST_0001_0021.wav": {"EmoClass": "U", "SpkrID": 129},
      "MSP-PODCAST_9999_0001.wav": {"EmoClass": null, "Split_Set": "Test3"}})");
    const auto ratings = R"({"MSP-PODCAST_0001_0008.wav": {"WORKER00000001": {"EmoClass_Major": "Angry"}}})";
    put(tree, "Labels/labels_detailed.json", ratings);
    const Corpus corpus = read_corpus(tree.path);
    CHECK(corpus.layout == "msp-podcast");
    CHECK(lines(corpus) == Lines{"MSP-PODCAST_0001_0008 neutral 127 - male|", "MSP-PODCAST_0001_0019 contempt - - -|",
                                 "MSP-PODCAST_0001_0021 surprise 129 - -|"});
    CHECK(corpus.utterances[0].partition == "Train");
    CHECK(corpus.utterances[2].partition == "");
    CHECK(why(corpus, "Audios/MSP-PODCAST_9999_0001.wav") == "no emotion in labels_" + spelling + ".json");
    CHECK(why(corpus, "MSP-PODCAST_0001_0020.wav") == "no sound file, but an entry in labels_" + spelling + ".json");

    put(tree, "Labels/labels_consensus.csv",
        "FileName,EmoClass,EmoAct,EmoVal,EmoDom,SpkrID,Gender,Split_Set\n"
        "MSP-PODCAST_0001_0008.wav,A,2.2,4.0,3.2,127,Male,Train\n");
    CHECK(lines(read_corpus(tree.path)) == Lines{"MSP-PODCAST_0001_0008 angry 127 - male|"});
    put(tree, "Labels/labels_" + spelling + ".json", "{");  // nor is it looked at
    CHECK(lines(read_corpus(tree.path)) == Lines{"MSP-PODCAST_0001_0008 angry 127 - male|"});
  }
}

TEST_CASE("MSP-Podcast: what is wrong in JSON is told with file, entry and field") {
  const Tree tree;
  put_sounds(tree, {"Audios/MSP-PODCAST_0001_0008.wav"});
  const auto wrong = [&](const std::string& json, const std::string& complaint) {
    CAPTURE(json.substr(0, 100));
    put(tree, "Labels/labels_consensus.json", json);
    CHECK_FILE_ERROR(read_corpus(tree.path), "labels_consensus.json: " + complaint);
  };
  const auto entry = [](const std::string& fields) { return R"({"MSP-PODCAST_0001_0008.wav": )" + fields + "}"; };
  wrong(entry(R"({"EmoClass": "Neutral"})"), "EmoClass of MSP-PODCAST_0001_0008 is 'Neutral', none of A, S, H");
  wrong(entry(R"({"EmoClass": 7})"), "EmoClass of MSP-PODCAST_0001_0008.wav is of type number; needs text");
  wrong(entry(R"({"EmoClass": ["N"]})"), "EmoClass of MSP-PODCAST_0001_0008.wav is of type array; needs text");
  wrong(entry(R"({"EmoClass": "N", "SpkrID": 12.5})"), "SpkrID of MSP-PODCAST_0001_0008.wav is of type number");
  wrong(entry(R"({"EmoClass": "N", "Gender": {"Male": 1}})"), "Gender of MSP-PODCAST_0001_0008.wav is of type object");
  wrong(entry(R"({"EmoClass": "N", "Split_Set": true})"), "Split_Set of MSP-PODCAST_0001_0008.wav is of type boolean");
  wrong(entry(R"("N")"), "MSP-PODCAST_0001_0008.wav is of type string; needs an object with EmoClass, SpkrID, Gender");
  wrong(R"({"\u0007": 1})", "\\x07 is of type number");
  wrong(R"({"MSP-PODCAST_0001_0008.wav": {"EmoClass": "N"}, "MSP-PODCAST_0001_0008.flac": {"EmoClass": "A"}})",
        "'MSP-PODCAST_0001_0008' is said to be 'A' and 'N'");
  wrong(R"({"MSP-PODCAST_0001_0008.wav": {"EmoClass": "N"}, "MSP-PODCAST_0001_0008.wav": {"EmoClass": "N"}})",
        "its JSON has the key 'MSP-PODCAST_0001_0008.wav' twice");
  wrong(entry(R"({"EmoClass": "N", "EmoClass": "A"})"), "its JSON has the key 'EmoClass' twice");
  wrong(entry("{\"EmoClass\": \"N\xff\"}"), "its JSON is damaged: ");
  wrong(entry(R"({"EmoClass": "N")"), "its JSON is damaged: ");
  wrong(R"({"MSP-PODCAST_0001_0008.wav": {"EmoCl)", "its JSON is damaged: ");
  wrong("", "its JSON is damaged: ");
  wrong(R"([{"FileName": "MSP-PODCAST_0001_0008.wav", "EmoClass": "N"}])", "its JSON is not an object");
  wrong(entry(R"({"EmoAct": 1e999, "EmoClass": "N"})"), "its JSON is damaged: ");
  wrong(entry(std::string(1 << 20, '[')), "its JSON is nested more than 8 deep");
  put(tree, "Labels/labels_consensus.json", "{}");
  CHECK_FILE_ERROR(read_corpus(tree.path), "of Audios/MSP-PODCAST_0001_0008.wav: no emotion in labels_consensus.json");
}

TEST_CASE("CREMA-D: two formats, one clip without a voice") {
  const Tree tree;
  put_sounds(tree, {"AudioWAV/1001_IEO_ANG_HI.wav", "AudioMP3/1001_IEO_ANG_HI.mp3", "AudioWAV/1040_ITH_SAD_X.wav",
                    "AudioWAV/1076_MTI_SAD_XX.wav", "AudioMP3/1002_WSI_NEU_XX.mp3"});
  put(tree, "SentenceFilenames.csv", "\"Stimulus_Number\",\"Filename\"\n1,1001_IEO_ANG_HI\n");
  const Corpus plain = read_corpus(tree.path);
  CHECK(plain.layout == "crema-d");
  CHECK(plain.utterances.size() == 3);
  CHECK(plain.utterances[0].gender == "");
  put(tree, "VideoDemographics.csv",
      "ActorID,Age,Sex,Race,Ethnicity\n1001,51,Male,Caucasian,Not Hispanic\n1002,21,Female,Caucasian,Not Hispanic\n");
  const Corpus corpus = read_corpus(tree.path);
  CHECK(lines(corpus) == Lines{"1002_WSI_NEU_XX NEU 1002 - female|We'll stop in a couple of minutes.",
                               "1001_IEO_ANG_HI ANG 1001 - male|It's eleven o'clock.",
                               "1040_ITH_SAD_X SAD 1040 - -|I think I have a doctor's appointment."});
  CHECK(why(corpus, "AudioMP3/1001_IEO_ANG_HI.mp3") == "also there in another format");
  CHECK(why(corpus, "AudioWAV/1076_MTI_SAD_XX.wav") == "known to hold no voice");
}

TEST_CASE("RAVDESS: speech only, and packed copies that hold everything twice") {
  const Tree tree;
  for (const std::string above : {"", "audio_speech_actors_01-24/"})
    put_sounds(tree, {above + "Actor_01/03-01-02-01-02-01-01.wav", above + "Actor_24/03-01-05-02-01-01-24.wav"});
  put_sounds(tree, {"Actor_01/03-02-05-01-01-01-01.wav", "Actor_01/01-01-05-01-01-01-01.wav"});
  const Corpus corpus = read_corpus(tree.path);
  CHECK(corpus.layout == "ravdess");
  CHECK(lines(corpus) == Lines{"03-01-02-01-02-01-01 calm 01 - male|Dogs are sitting by the door.",
                               "03-01-05-02-01-01-24 angry 24 - female|Kids are talking by the door."});
  CHECK(corpus.utterances[0].path == "Actor_01/03-01-02-01-02-01-01.wav");
  CHECK(why(corpus, "audio_speech_actors_01-24/Actor_01/03-01-02-01-02-01-01.wav") == "a copy of a file elsewhere");
  CHECK(why(corpus, "Actor_01/03-02-05-01-01-01-01.wav") == "song, not speech");
  CHECK(why(corpus, "Actor_01/01-01-05-01-01-01-01.wav") == "the sound of a video");

  put(tree, "b/03-01-02-01-02-01-01.wav", wav(9));
  CHECK_FILE_ERROR(read_corpus(tree.path), "differ, but both are utterance '03-01-02-01-02-01-01'; remove or rename");
  const Tree songs;
  put_sounds(songs, {"Actor_01/03-02-05-01-01-01-01.wav"});
  CHECK_FILE_ERROR(read_corpus(songs.path),
                   "read as RAVDESS, it holds no utterance; of Actor_01/03-02-05-01-01-01-01.wav: "
                   "song, not speech");
}

TEST_CASE("SAVEE: in folders or all in one, with the same ids") {
  const Lines expected{"DC_a01 anger DC - male|", "DC_sa15 sadness DC - male|", "KL_su02 surprise KL - male|"};
  const Tree folders, flat;
  put_sounds(folders, {"AudioData/DC/a01.wav", "AudioData/DC/sa15.wav", "AudioData/KL/su02.wav"});
  put_sounds(flat, {"ALL/DC_a01.wav", "ALL/DC_sa15.wav", "ALL/KL_su02.wav"});
  for (const Tree* tree : {&folders, &flat}) {
    const Corpus corpus = read_corpus(tree->path);
    CHECK(corpus.layout == "savee");
    CHECK(lines(corpus) == expected);
  }
}

TEST_CASE("TESS: folders are spelt in many ways, one name is") {
  const Tree tree;
  put_sounds(tree, {"OAF_Fear/OAF_back_fear.wav", "OAF_Pleasant_surprise/OAF_back_ps.wav",
                    "YAF_pleasant_surprised/YAF_back_ps.wav", "OAF_neutral/OA_bite_neutral.wav",
                    "TESS data/OAF_Fear/OAF_back_fear.wav"});
  const Corpus corpus = read_corpus(tree.path);
  CHECK(corpus.layout == "tess");
  CHECK(lines(corpus) == Lines{"OAF_back_fear fear OAF - female|Say the word back.",
                               "OAF_back_ps ps OAF - female|Say the word back.",
                               "OA_bite_neutral neutral OAF - female|Say the word bite.",
                               "YAF_back_ps ps YAF - female|Say the word back."});
  CHECK(corpus.skipped.size() == 1);
}

TEST_CASE("URDU: the folder is the emotion") {
  const Tree tree;
  put_sounds(tree, {"Angry/SM1_F10_A010.wav", "Sad/SF12_F2_S02.wav", "Other/SF12_F2_S03.wav"});
  const Corpus corpus = read_corpus(tree.path);
  CHECK(corpus.layout == "urdu");
  CHECK(lines(corpus) == Lines{"SM1_F10_A010 Angry SM1 - male|", "SF12_F2_S02 Sad SF12 - female|"});
  CHECK(why(corpus, "Other/SF12_F2_S03.wav") == "its name is not like Angry/SM1_F10_A010.wav");
  CHECK(count_classes(corpus, Classes::four) == Counts{{"anger", 1}, {"sadness", 1}});
}

TEST_CASE("folders of classes: speakers above, ids from paths where names are not enough") {
  const Tree tree;
  put_sounds(tree, {"0001/Angry/1.wav", "0001/Happy/2.wav", "0002/Angry/3.flac", "0002/Boredom/4.wav", "loose.wav"});
  Corpus corpus = read_corpus(tree.path);
  CHECK(corpus.layout == "folders");
  CHECK(lines(corpus) == Lines{"1 Angry 0001 - -|", "2 Happy 0001 - -|", "3 Angry 0002 - -|", "4 Boredom 0002 - -|"});
  CHECK(why(corpus, "loose.wav") == "not in a folder of a class");
  CHECK(count_classes(corpus, Classes::four) == Counts{{"anger", 2}, {"happiness", 1}});

  put_sounds(tree, {"0002/Angry/1.wav"});
  corpus = read_corpus(tree.path);
  CHECK(corpus.utterances[0].id == "0001_Angry_1");
  CHECK(corpus.utterances[2].id == "0002_Angry_1");

  const Tree split;
  put_sounds(split, {"train/sad/1.wav", "test/sad/2.wav", "test/ANGRY/3.wav"});
  corpus = read_corpus(split.path);
  CHECK(lines(corpus) == Lines{"3 ANGRY - - -|", "2 sad - - -|", "1 sad - - -|"});
  CHECK_THROWS_WITH_AS(label_table(corpus, Classes::four),
                       doctest::Contains("no utterance of these classes whose speaker"), Error);
}

TEST_CASE("a table: beside the sounds or by itself, files meant by path or name") {
  const Tree tree;
  put_sounds(tree, {"a/1.wav", "b/1.wav", "b/2.wav", "b/3.wav"});
  put(tree, "notes.csv", "a,b\n1,2\n");
  put(tree, "labels.csv",
      "Path,Emotion,Speaker_ID,sex,text\n./a/1.wav,Happy,s1,W,\"well, \"\"yes\"\"\"\nb\\1.wav,sad,s2,M,'tis\n"
      "2,neutral,s2,M,\nc/9.wav,sad,s3,M,\na/1.wav,Happy,s1,,\n");
  const Corpus corpus = read_corpus(tree.path, "table");
  CHECK(lines(corpus) ==
        Lines{"a_1 Happy s1 - female|well, \"yes\"", "b_1 sad s2 - male|'tis", "b_2 neutral s2 - male|"});
  CHECK(why(corpus, "b/3.wav") == "no emotion in labels.csv");
  CHECK(why(corpus, "c/9.wav") == "no sound file, but an entry in labels.csv");
  CHECK(lines(read_corpus(tree / "labels.csv")) == lines(corpus));
  // The folders a and b may be classes just as well.
  CHECK_FILE_ERROR(read_corpus(tree.path),
                   "may be table (a CSV file with columns file, emotion, speaker) or folders (");

  put(tree, "labels.csv", "file,emotion\na/1.wav,sad\na/1.wav,angry\n");
  CHECK_FILE_ERROR(read_corpus(tree / "labels.csv"), "labels.csv: 'a_1' is said to be 'sad' and 'angry'");
  put(tree, "labels.csv", "file,emotion\na/1.wav,s\xff\n");
  CHECK_FILE_ERROR(read_corpus(tree / "labels.csv"), "labels.csv: line 2 is not UTF-8 text");
  put(tree, "labels.csv", "file,emotion,label\na/1.wav,sad,1\n");
  CHECK_FILE_ERROR(read_corpus(tree / "labels.csv"), "columns 'emotion' and 'label' mean the same");
  put(tree, "labels.csv", "sound,emotion\na/1.wav,sad\n");
  CHECK_FILE_ERROR(read_corpus(tree / "labels.csv"), "has no column for the file");
  CHECK_FILE_ERROR(read_corpus(tree.path, "table"), "no CSV file with a column for the file");
  CHECK_FILE_ERROR(read_corpus(tree / "a/1.wav"), "is a file; name the folder of a corpus, or a CSV file");
  CHECK_THROWS_WITH_AS(read_corpus(tree / "labels.csv", "emodb"), doctest::Contains("is read as table, not as emodb"),
                       Error);
}

TEST_CASE("an audformat database: its tables are joined, parts of files are none") {
  const Tree tree;
  put_sounds(tree, {"audio/001.wav", "audio/002.wav", "audio/003.wav"});
  put(tree, "db.yaml", "name: x\n");
  put(tree, "db.emotion.csv", "file,emotion,emotion.confidence\naudio/001.wav,anger,0.9\naudio/002.wav,sadness,1.0\n");
  put(tree, "db.files.csv",
      "file,duration,speaker,transcription\naudio/001.wav,0 days 00:00:01.9,3,a01\naudio/002.wav,0 days "
      "00:00:01.2,9,b02\n");
  put(tree, "db.segments.csv",
      "file,start,end,emotion\naudio/003.wav,0 days 00:00:00.5,0 days 00:00:01,fear\naudio/001.wav,0 days "
      "00:00:00,NaT,anger\n");
  put(tree, "db.speaker.csv", "speaker,age\n3,31\n");
  const Corpus corpus = read_corpus(tree.path);
  CHECK(corpus.layout == "table");
  CHECK(lines(corpus) == Lines{"001 anger 3 - -|a01", "002 sadness 9 - -|b02"});
  CHECK(why(corpus, "audio/003.wav") == "a part of the file, not the whole, is in db.segments.csv");
}

TEST_CASE("recognition: one corpus, none, several, or nothing at all") {
  const Tree tree;
  CHECK_FILE_ERROR(read_corpus(tree.path), "holds no sound file");
  put(tree, "corpus.zip", "PK");
  CHECK_FILE_ERROR(read_corpus(tree.path), "archives must be unpacked");
  CHECK_FILE_ERROR(read_corpus(tree / "missing"), "missing: does not exist");
  put_sounds(tree, {"x/one.wav"});
  CHECK_FILE_ERROR(read_corpus(tree.path),
                   "its sound files, 1 in number, x/one.wav the first, are named as in no corpus known: "
                   "emodb (wav/03a01Fa.wav); iemocap");
  put_sounds(tree, {"emodb/03a01Fa.wav"});
  CHECK(read_corpus(tree.path).layout == "emodb");
  put_sounds(tree, {"tess/OAF_back_sad.wav", "tess/OAF_bar_sad.wav"});
  CHECK_FILE_ERROR(read_corpus(tree.path),
                   "may be emodb (1 sound files so named) or tess (2 sound files so named); say which (--as)");
  CHECK(read_corpus(tree.path, "tess").utterances.size() == 2);
  CHECK_FILE_ERROR(read_corpus(tree.path, "savee"), "read as SAVEE, it holds no utterance");
  CHECK_THROWS_WITH_AS(read_corpus(tree.path, "emo"),
                       doctest::Contains("'emo' is no corpus known; there are emodb, iemocap"), Error);
  // A stray name among many others makes no corpus of them.
  for (int i = 0; i < 30; ++i) put_sounds(tree, {fmt::format("classes/{}/{}.wav", i % 2 ? "sad" : "happy", i)});
  std::filesystem::remove_all(tree / "tess");
  CHECK(read_corpus(tree.path).layout == "folders");
  std::filesystem::create_directory_symlink(tree.path, tree / "loop");
  CHECK(why(read_corpus(tree.path), "loop").starts_with("a link to a folder"));
}

TEST_CASE("published counts, as papers have them") {
  const std::map<std::string, std::pair<int, int>> sizes{
      {"emodb", {535, 339}},    {"iemocap", {10039, 5531}}, {"msp-improv", {8438, 7798}}, {"crema-d", {7441, 4899}},
      {"ravdess", {1440, 672}}, {"savee", {480, 300}},      {"tess", {2800, 1600}},       {"urdu", {400, 400}}};
  std::set<std::string> with_counts;
  for (const Layout& layout : layouts()) {
    if (layout.published.empty()) continue;
    with_counts.insert(layout.name);
    const auto total = [&](Classes classes) {
      int sum = 0;
      for (const auto& each : published_counts({layout.name, {}, {}, {}}, classes))
        sum += static_cast<int>(each.second);
      return sum;
    };
    CAPTURE(layout.name);
    CHECK(std::pair(total(Classes::own), total(Classes::four)) == sizes.at(layout.name));
    CHECK(published_counts({layout.name, {}, {}, {}}, Classes::four).size() == 4);
  }
  CHECK(with_counts.size() == sizes.size());
  CHECK(published_counts({"iemocap", {}, {}, {}}, Classes::four) ==
        Counts{{"anger", 1103}, {"happiness", 1636}, {"neutral", 1708}, {"sadness", 1084}});
}

TEST_CASE("the label table is what experiments read") {
  const Tree tree;
  put_sounds(tree, {"s, \"1\"/sad/one.two.wav", "s2/angry/b.wav", "s2/angry/c.wav", "s3/bored/d.wav"});
  const CsvTable labels = label_table(read_corpus(tree.path), Classes::four);
  CHECK(format_csv(labels, ',') ==
        "name,label,speaker,session,gender,text,partition,path\n"
        "one.two.wav,sadness,\"s, \"\"1\"\"\",,,,,\"s, \"\"1\"\"/sad/one.two.wav\"\n"
        "b,anger,s2,,,,,s2/angry/b.wav\nc,anger,s2,,,,,s2/angry/c.wav\n");
  write_csv(tree / "labels.csv", labels, ',');
  CHECK(lines(read_corpus(tree / "labels.csv")) ==
        Lines{"one.two sadness s, \"1\" - -|", "b anger s2 - -|", "c anger s2 - -|"});
  tree.file("features.csv", "name;f1;f2\n'one.two.wav';1;2\n'c.wav';3;4\n'b.wav';5;6\n");
  const protocol::FeatureTable table = protocol::read_feature_table(
      {.features = tree / "features.csv", .names = {}, .files = {}, .labels = tree / "labels.csv"});
  CHECK(table.ids == Lines{"one.two", "c", "b"});
  CHECK(table.speakers == Lines{"s, \"1\"", "s2", "s2"});
  CHECK(table.classes == Lines{"anger", "sadness"});
}

TEST_CASE("sound files: lengths from headers, reasons for what is none") {
  const Tree tree;
  put(tree, "a.wav", wav(8000));
  const SoundInfo sound = sound_info(tree / "a.wav");
  CHECK(sound.frames == 8000);
  CHECK(sound.seconds() == 0.5);
  CHECK(sound.channels == 1);
  put(tree, "b.wav", wav(0));
  CHECK_FILE_ERROR(sound_info(tree / "b.wav"), "b.wav: holds no samples");
  put(tree, "c.wav", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n");
  CHECK_FILE_ERROR(sound_info(tree / "c.wav"), "pointer of Git LFS, not the sound itself; run git lfs pull");
  put(tree, "d.wav", "hello");
  CHECK_FILE_ERROR(sound_info(tree / "d.wav"), "is no sound file that libsndfile reads");
  CHECK_FILE_ERROR(sound_info(tree / "e.wav"), "e.wav: does not exist");
}

TEST_SUITE("programs") {
  TEST_CASE("corpus info and corpus table") {
    const Tree tree;
    put_iemocap(tree);
    put(tree, "IEMOCAP_full_release/Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_M001.wav", "");
    const Finished info = run_program("corpus", {"info", tree.path.string()});
    INFO(info.out, info.err);
    CHECK(info.exit_code == 0);
    for (const char* part : {"IEMOCAP in ", "happiness           1       0     1         1      0.0\n",
                             "Speakers: 2 (Ses01F 1, Ses01M 1)\n", "Sessions: 1 (Ses01 2)\n", "(16000 Hz mono: 1)",
                             "Of none of the four classes: xxx 1\n", "Skipped: 3\n", "2 × AppleDouble",
                             "Counted, but unreadable: 1\n  1 × is empty",
                             "✘ IEMOCAP 4-class: 2, expected 5531: anger 0 of 1103, happiness 1 of 1636, "})
      CHECK_MESSAGE(info.out.find(part) != std::string::npos, part);
    CHECK(run_program("corpus", {"info", tree.path.string(), "--classes", "own"})
              .out.find("✘ IEMOCAP 11-class: 3, expected 10039") != std::string::npos);

    const std::string out = (tree / "labels.csv").string();
    const Finished table = run_program("corpus", {"table", tree.path.string(), "--out", out});
    CHECK(table.exit_code == 0);
    CHECK(
        content(out).starts_with("name,label,speaker,session,gender,text,partition,path\n"
                                 "Ses01F_impro01_F000,neutral,Ses01F,Ses01,female,Excuse me: yes?,,IEMOCAP"));
    const std::string help = run_program("corpus", {"table", "--help"}).out;
    CHECK(help.find("name, label, speaker, session, gender, text, partition, path (") != std::string::npos);
    const Finished wrong = run_program("corpus", {"info", tree.path.string(), "--as", "savee"});
    CHECK(wrong.exit_code == 1);
    CHECK(wrong.err.find("corpus: ") == 0);
  }
}
