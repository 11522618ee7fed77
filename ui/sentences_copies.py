"""What the codes of copies (S) say; see ``ui.sentences``."""

from ui.wording import Message

COPIES: dict[str, Message] = {
    "S01": Message(
        "Chỉ văn thư được ký bản sao của cơ quan. Chưa làm bản sao nào; nhờ văn thư làm hoặc chọn đúng người trong danh sách.",
        "Only the registrar signs copies for the agency. No copy was made; ask the registrar, or choose the right user.",
    ),
    "S02": Message(
        "Văn bản có dấu chỉ độ mật nên không được sao trên máy này. Đã dừng, không lưu gì; xử lý theo quy định bảo vệ bí mật.",
        "The document bears a mark of secrecy and must not be copied on this PC. Stopped, nothing was kept; follow the rules for "
        "secrets.",
    ),
    "S03": Message(
        "Tệp nguồn[ {file}] chưa có chữ ký số hợp lệ[ ({reason})] nên không làm bản sao được. Tệp giữ nguyên; kiểm tra tệp này "
        "(workstation verify) hoặc xin lại bản gốc.",
        "The source[ {file}] has no valid signature[ ({reason})], so no copy can be made of it. It is untouched; look at it "
        "(workstation verify) or ask for the original.",
    ),
    "S04": Message(
        "[{kind}|Loại bản sao này] không làm được từ nguồn này[ ({source})]. Chưa cấp số; chọn đúng loại bản sao, hoặc nói rõ "
        "nguồn là gì (--of).",
        "[{kind}|This kind of copy] can't be made of such a source[ ({source})]. No number was taken; choose the right kind of "
        "copy, or say what the source is (--of).",
    ),
    "S05": Message(
        "Chưa ghi người quyết định việc sao văn bản. Chưa cấp số; thêm người quyết định (--approved-by).",
        "Nobody is named who decided that the copy be made. No number was taken; name who did (--approved-by).",
    ),
    "S06": Message(
        "Ngày của máy này trước ngày của số bản sao cuối cùng[ ({date})]. Chưa cấp số; chỉnh lại ngày giờ của máy.",
        "This PC's date is before that of the last copy in the book[ ({date})]. No number was taken; set the clock right.",
    ),
    "S07": Message(
        "Ở phần trên[ trang {page}] có dấu mà máy không đọc được, có thể là dấu chỉ độ mật. Chưa lưu gì; xem bản giấy, nếu không "
        "phải dấu mật thì làm lại với --looked.",
        "At the top[ of page {page}] stands a mark that could not be read; it may be one of secrecy. Nothing was kept; look at "
        "the paper, and if it is no such mark run again with --looked.",
    ),
    "S08": Message(
        "Chứng thực bản sao điện tử phải chụp từ bản chính ngay lúc này, tệp[ {file}] đã cũ hoặc đã dùng trước đây. Chưa cấp số; "
        "quét lại bản chính.",
        "A certified copy is scanned from the original now; the file[ {file}] is old or was used before. No number was taken; "
        "scan the original again.",
    ),
    "S09": Message(
        "Người thực hiện chứng thực phải ký bằng chứng thư của chính mình, không phải của cơ quan. Chưa cấp số; dùng đúng khóa.",
        "Who certifies signs with a certificate of one's own, not with the agency's. No number was taken; use the right key.",
    ),
}
