"""The sentence and the button for every error code, in Vietnamese and English: data for ``ui.messages``.

A template may hold ``[with {param}|without]``: the first half is used when all its parameters are known, else the
second (or nothing), so a sentence reads well however little the caller knew. Wording: reference ``screens.md`` 3.4
(what happened, what is safe, one thing to do; a number or place; no blame; two sentences at most).
"""

from ui.sentences_checking import CHECKING
from ui.sentences_copies import COPIES
from ui.sentences_exchange import EXCHANGE
from ui.sentences_rules import RULES
from ui.sentences_search import SEARCH
from ui.sentences_signing import SIGNING
from ui.wording import ASK_NOW, OTHER_FILE, RESCAN, RETRY, SEND_AGAIN, SEND_NOW, Message

MESSAGES: dict[str, Message] = {
    "F01": Message(
        "Tệp[ {file}] không phải ảnh hay PDF nên chưa được nhập. Các tệp khác không bị ảnh hưởng; chọn ảnh JPEG, PNG, "
        "TIFF, BMP, WebP, JPEG 2000, HEIC hoặc PDF.",
        "The file[ {file}] is neither an image nor a PDF and was not taken in. Other files are unaffected; choose JPEG, PNG, "
        "TIFF, BMP, WebP, JPEG 2000, HEIC or PDF.",
        *OTHER_FILE,
    ),
    "F02": Message(
        "Tệp[ {file}] có mật khẩu nên chưa đọc được. Tệp gốc giữ nguyên; gỡ mật khẩu rồi nhập lại.",
        "The file[ {file}] is protected by a password and can't be read. The original is untouched; remove the password and "
        "import it again.",
        *OTHER_FILE,
    ),
    "F03": Message(
        "Tệp[ {file}] bị hỏng[ từ trang {page}] nên chưa được nhập. Các tệp khác không bị ảnh hưởng; quét lại hoặc xin bản khác.",
        "The file[ {file}] is damaged[ from page {page} on] and was not taken in. Other files are unaffected; scan it "
        "again or ask "
        "for another copy.",
        *RESCAN,
    ),
    "F04": Message(
        "Tệp[ {file}] có 0 trang nên chưa được nhập. Các tệp khác không bị ảnh hưởng; kiểm tra lại nơi lấy tệp.",
        "The file[ {file}] has 0 pages and was not taken in. Other files are unaffected; check where the file came from.",
        *OTHER_FILE,
    ),
    "F05": Message(
        "Ảnh[ {file}] quá lớn[ ({width} × {height} điểm)] nên chưa được nhập. Các tệp khác không bị ảnh hưởng; quét lại "
        "ở 300 dpi.",
        "The picture[ {file}] is too large[ ({width} × {height} pixels)] and was not taken in. Other files are "
        "unaffected; scan it "
        "again at 300 dpi.",
        *RESCAN,
    ),
    "F06": Message(
        "[Trang {page}|Một trang] không xử lý được nên đã để riêng; ảnh gốc còn nguyên. Quét lại trang này hoặc bỏ trang.",
        "[Page {page}|A page] could not be processed and was set aside; the original is safe. Scan this page again or drop it.",
        *RESCAN,
    ),
    "F07": Message(
        "Không mở được tệp[ {file}]: tệp không còn hoặc không có quyền đọc. Các tệp khác không bị ảnh hưởng; kiểm tra "
        "rồi chọn lại.",
        "The file[ {file}] can't be opened: it is gone or may not be read. Other files are unaffected; check and choose again.",
        *OTHER_FILE,
    ),
    "Q01": Message(
        "Chưa thấy máy quét. Kiểm tra dây USB và nguồn điện, hoặc nhập từ tệp.",
        "No scanner found. Check its USB cable and power, or import from files.",
        *RETRY,
    ),
    "Q02": Message(
        "Khay giấy trống, chưa quét thêm tờ nào. Đặt giấy vào khay rồi quét tiếp.",
        "The feeder is empty, no further sheet was scanned. Put paper in and scan on.",
        "Quét tiếp",
        "Scan on",
    ),
    "Q04": Message(
        "Kẹt giấy[ ở tờ {sheet}]. [{count} tờ|Các tờ trước] đã lưu an toàn; gỡ giấy rồi quét tiếp[ từ tờ {sheet}].",
        "Paper jam[ at sheet {sheet}]. [{count} sheets|The sheets before] are saved; free the paper and scan on[ from "
        "sheet {sheet}].",
        "Quét tiếp",
        "Scan on",
    ),
    "Q06": Message(
        "Nắp máy quét đang mở. [{count} tờ|Các tờ trước] đã lưu an toàn; đóng nắp rồi quét tiếp.",
        "The scanner's cover is open. [{count} sheets|The sheets before] are saved; close it and scan on.",
        "Quét tiếp",
        "Scan on",
    ),
    "Q07": Message(
        "Máy quét đang bận việc khác. [{count} tờ|Các tờ trước] đã lưu an toàn; đợi một lát rồi quét tiếp.",
        "The scanner is busy with another job. [{count} sheets|The sheets before] are saved; wait a moment and scan on.",
        "Quét tiếp",
        "Scan on",
    ),
    "Q08": Message(
        "Máy quét ngừng giữa chừng[ ở tờ {sheet}]. [{count} tờ|Các tờ trước] đã lưu an toàn; kiểm tra máy rồi quét tiếp[ từ "
        "tờ {sheet}].",
        "The scanner stopped[ at sheet {sheet}]. [{count} sheets|The sheets before] are saved; check it and scan on[ from "
        "sheet {sheet}].",
        "Quét tiếp",
        "Scan on",
    ),
    "Q09": Message(
        "Ảnh vừa nhận đã có trong hồ sơ[ (trang {page})] nên chưa thay trang nào. Đặt đúng tờ giấy, hoặc chọn đúng tệp, rồi làm "
        "lại.",
        "The picture that came in is in the dossier already[ (page {page})], so no page was replaced. Put the right sheet in, or "
        "choose the right file, and try again.",
    ),
    "Q10": Message(
        "Chưa có hồ sơ nào mang mã [{dossier}|này] trên máy này. Xem lại mã trên giấy, hoặc quét vào hồ sơ mới.",
        "There is no dossier of [the code {dossier}|this code] on this machine. Check the code on the paper, or scan anew.",
    ),
    "Q11": Message(
        "[Hồ sơ {dossier}|Hồ sơ đó] đã chuyển khâu sau nên không nhận thêm trang. Các trang vẫn ở hồ sơ đang mở.",
        "[Dossier {dossier}|That dossier] has been passed on and takes no more pages. The pages stay in the one that is open.",
    ),
    "Q05": Message(
        "Có thể hai tờ dính nhau[ sau trang {page}]. Quét lại tờ này?",
        "Two sheets may have gone through together[ after page {page}]. Scan this sheet again?",
        *RESCAN,
    ),
    "Q15": Message(
        "[Có {fronts} mặt trước nhưng {backs} mặt sau|Mặt trước và mặt sau không bằng nhau] nên chưa ghép; mọi trang đã lưu. "
        "Quét lại mặt sau, hoặc giữ như đã quét (Ctrl+Shift+G).",
        "[There are {fronts} fronts but {backs} backs|There are not as many backs as fronts], so nothing was put together; every "
        "page is saved. Scan the backs again, or keep them as they came (Ctrl+Shift+G).",
        "Quét lại mặt sau",
        "Scan the backs again",
    ),
    "Q16": Message(
        "Máy này chưa có bộ giải mã ảnh HEIC nên tệp[ {file}] chưa được nhập. Cài gói pillow-heif, hoặc chụp lại ở dạng JPEG.",
        "This PC has no decoder for HEIC pictures, so the file[ {file}] was not taken in. Install the package pillow-heif, or "
        "take the picture as JPEG.",
        *OTHER_FILE,
    ),
    "Q17": Message(
        "Tệp[ {file}] là tập PDF[ gồm {count} tệp đính kèm|] nên chưa được nhập, tệp gốc giữ nguyên. Mở bằng trình đọc PDF, lưu "
        "từng tệp bên trong rồi nhập.",
        "The file[ {file}] is a PDF portfolio[ of {count} files|] and was not taken in; it is untouched. Open it in a PDF "
        "reader, save each file inside and import those.",
        *OTHER_FILE,
    ),
    "Q18": Message(
        "Còn [{fronts} mặt trước|một chồng giấy] chờ quét mặt sau nên hồ sơ chưa chuyển đi. Quét mặt sau (F5), hoặc giữ như đã "
        "quét (Ctrl+Shift+G).",
        "The backs of [{fronts} sheets|a stack] are still to be scanned, so the dossier was not passed on. Scan them (F5), or "
        "keep the pages as they came (Ctrl+Shift+G).",
    ),
    "Q20": Message(
        "Chưa mở được máy ảnh. Cắm lại dây và đóng chương trình khác đang dùng máy ảnh, hoặc dùng đầu đọc mã.",
        "The camera could not be opened. Plug it in again and close other programs that use it, or use a code reader.",
        "Thử lại",
        "Try again",
    ),
    "A01": Message(
        "[Trang {page}|Trang này] chỉ có [{value} dpi, cần từ {limit}|độ phân giải thấp]. Quét lại, hoặc giữ và ghi lý do.",
        "[Page {page}|This page] has [only {value} dpi, needed {limit}|a low resolution]. Scan it again, or keep it "
        "with a reason.",
        *RESCAN,
    ),
    "A02": Message(
        "[Trang {page}|Trang này] mờ[ ({value}/100, cần từ {limit})]. Quét lại, hoặc giữ và ghi lý do.",
        "[Page {page}|This page] is blurred[ ({value}/100, needed {limit})]. Scan it again, or keep it with a reason.",
        *RESCAN,
    ),
    "A03": Message(
        "[Trang {page}|Trang này] trắng. Trang vẫn được giữ; nhấn Del nếu muốn bỏ.",
        "[Page {page}|This page] is blank. It is kept; press Del to drop it.",
    ),
    "A04": Message(
        "[Trang {page}|Trang này] chưa đạt[ về {finding}][ ({value}, cần {limit})]. Quét lại, hoặc giữ và ghi lý do.",
        "[Page {page}|This page] is not good enough[ in {finding}][ ({value}, needed {limit})]. Scan it again, or keep it with a "
        "reason.",
        *RESCAN,
    ),
    "A05": Message(
        "[Trang {page}|Trang này] bị cắt mép[: chữ hoặc dấu chạm mép ảnh {value} mm, tối đa {limit}]. Quét lại, hoặc giữ và ghi "
        "lý do.",
        "[Page {page}|This page] is cut off[: print runs over the edge for {value} mm, most {limit}]. Scan it again, or keep "
        "it with a reason.",
        *RESCAN,
    ),
    "A06": Message(
        "[Trang {page}|Trang này] trùng với [trang {other}|một trang khác][ (chỗ khác lớn nhất {value} mm², dưới {limit} là "
        "trùng)]. Bỏ một trang (Del), hoặc giữ và ghi lý do.",
        "[Page {page}|This page] is the same sheet as [page {other}|another page][ (largest difference {value} mm², under "
        "{limit} is the same)]. Drop one (Del), or keep it with a reason.",
    ),
    "A07": Message(
        "[Trang {page}|Trang này] có chỗ bị che[ – {finding}][: {value} mm² giấy, tối đa {limit}]. Quét lại, hoặc giữ và ghi "
        "lý do.",
        "[Page {page}|This page] is partly hidden[ – {finding}][: {value} mm² of paper, most {limit}]. Scan it again, or keep "
        "it with a reason.",
        *RESCAN,
    ),
    "A08": Message(
        "Chưa rõ đầu [trang {page}|trang này][ (đọc được {value}/100, cần từ {limit})]. Xem ảnh: xoay (R) nếu ngược, hoặc giữ "
        "và ghi lý do.",
        "Which end of [page {page}|this page] is up is not clear[ ({value}/100 read, needed {limit})]. Turn it (R) if needed, "
        "or keep it with a reason.",
    ),
    "A09": Message(
        "[Trang {page}|Trang này] quá tối[ ({value}/100, cần từ {limit})]. Quét lại, hoặc giữ và ghi lý do.",
        "[Page {page}|This page] is too dark[ ({value}/100, needed {limit})]. Scan it again, or keep it with a reason.",
        *RESCAN,
    ),
    "O01": Message(
        "Chưa đọc được chữ trên máy này. Vẫn nhập tay được; báo quản trị cài gói tesseract-ocr-vie.",
        "This PC can't read text yet. Typing works; ask IT to install tesseract-ocr-vie.",
    ),
    "O02": Message(
        "[Trang {page}|Một trang] chưa đọc được chữ. Ảnh vẫn an toàn; nhập tay hoặc đọc lại.",
        "The text of [page {page}|a page] could not be read. The picture is safe; type it in or read it again.",
        "Đọc lại",
        "Read again",
    ),
    "K01": Message(
        'Thiếu ["{field}"|một ô bắt buộc][ (văn bản {document})]. Các ô khác đã giữ; điền ô này để đi tiếp.',
        '["{field}"|A required field] is missing[ (document {document})]. The other fields are kept; fill it in to go on.',
        "Mở chỗ cần sửa",
        "Go to it",
    ),
    "K02": Message(
        'Ô ["{field}"|này] chưa đúng dạng[, ví dụ {example}]. Nội dung đã gõ vẫn giữ; xem ảnh rồi sửa lại.',
        '["{field}"|This field] has not the form expected[, for example {example}]. What you typed is kept; look at '
        "the picture "
        "and mend it.",
        "Mở chỗ cần sửa",
        "Go to it",
    ),
    "K03": Message(
        "Bạn đã nhập hồ sơ này nên cần người khác kiểm tra.",
        "You entered this dossier, so another person has to check it.",
        "Chuyển người khác",
        "Pass to another person",
    ),
    **CHECKING,
    "K04": Message(
        "Người khác vừa sửa hồ sơ[ {code}]. Đã tải bản mới nhất; xem lại rồi xác nhận.",
        "Somebody else has just changed the dossier[ {code}]. The newest version is shown; look again, then confirm.",
        "Tải lại",
        "Reload",
    ),
    "K08": Message(
        "[Trang {page}|Một trang] vừa được sửa và đang đọc lại. Đợi đọc xong, xem lại rồi xác nhận.",
        "[Page {page}|A page] was just worked on and is being read again. Wait until it is read, look again, then confirm.",
        "Tải lại",
        "Reload",
    ),
    "K06": Message(
        'Bước này chưa làm được[ khi đang "{state}"]. Không có gì bị thay đổi; tải lại để xem trạng thái mới.',
        'This step is not possible[ while it is "{state}"]. Nothing was changed; reload to see the current state.',
        "Tải lại",
        "Reload",
    ),
    "K07": Message(
        "Chỉ người ký được giao mới làm được việc này. Ctrl+U để đổi người dùng.",
        "Only the official in charge of signing may do this. Ctrl+U changes the user.",
    ),
    "K40": Message(
        'Đơn vị đã chọn không có trong các đơn vị mà ô ["{field}"|này] có thể chỉ. Chưa ghi gì; chọn lại trong danh sách.',
        'The unit chosen is none that ["{field}"|this field] may mean. Nothing was stored; choose from the list.',
    ),
    "K41": Message(
        'Ô ["{field}"|này] có thể chỉ nhiều đơn vị hành chính. Nhấn Ctrl+D để chọn đơn vị, hoặc chọn "Không rõ".',
        'Field ["{field}"|this] may mean several administrative units. Ctrl+D chooses one, or says that it is not known.',
    ),
    **SIGNING,
    **COPIES,
    **SEARCH,
    "G01": Message(
        "Mất mạng[ từ {since}]. Cứ làm tiếp; [{waiting} hồ sơ|hồ sơ] đã lưu trên máy và sẽ tự gửi.",
        "Offline[ since {since}]. Go on working; [{waiting} dossiers|the dossiers] are saved on this PC and will be "
        "sent by themselves.",
        *SEND_NOW,
    ),
    "G02": Message(
        "Hệ thống dùng chung đang bận. Hồ sơ vẫn giữ trên máy và sẽ tự gửi lại[ lúc {next}].",
        "The shared system is busy. The dossier is safe on this PC and will be sent again[ at {next}].",
        *SEND_NOW,
    ),
    "G03": Message(
        "Hệ thống dùng chung không nhận tài khoản của máy này. Hồ sơ vẫn giữ trên máy; nhờ quản trị cấp lại quyền đăng nhập.",
        "The shared system refused this PC's log-in. The dossier is safe on this PC; ask IT to renew the log-in.",
        *SEND_NOW,
    ),
    "G04": Message(
        "Đơn vị chưa được phép gửi loại hồ sơ này. Hồ sơ vẫn giữ trên máy; báo quản trị hệ thống phường cấp quyền.",
        "This unit may not send this kind of dossier yet. It is safe on this PC; ask the ward's administrator for the right.",
        *SEND_AGAIN,
    ),
    "G05": Message(
        "Hệ thống dùng chung đã có bản khác của hồ sơ này. Chưa ghi đè gì; người ký xem và quyết định bản đúng.",
        "The shared system has another version of this dossier. Nothing was overwritten; the official decides which one "
        "is right.",
        "Mở hồ sơ",
        "Open the dossier",
    ),
    "G06": Message(
        "Tệp nhận được ở hệ thống dùng chung không khớp[ ({done}/{total} byte)]. Bản trên máy còn nguyên; "
        "báo quản trị kiểm tra rồi gửi lại.",
        "The file stored in the shared system doesn't match[ ({done}/{total} bytes)]. Our copy is intact; ask IT to check, "
        "then send it again.",
        *SEND_AGAIN,
    ),
    "G07": Message(
        "Đã gửi nhưng chưa nhận phản hồi. Đang hỏi lại; không gửi trùng.",
        "Sent, but no answer yet. Asking again; it is not sent twice.",
        *ASK_NOW,
    ),
    "G08": Message(
        "Lần tải lên đã quá hạn. Hồ sơ vẫn giữ trên máy và sẽ tự gửi lại từ đầu.",
        "The upload has expired. The dossier is safe on this PC and will be sent again from the start.",
        *SEND_NOW,
    ),
    "G09": Message(
        "Hệ thống dùng chung đang có sự cố. Hồ sơ vẫn giữ trên máy và sẽ tự gửi lại[ lúc {next}].",
        "The shared system has a fault. The dossier is safe on this PC and will be sent again[ at {next}].",
        *SEND_NOW,
    ),
    "G10": Message(
        "Tệp chờ gửi[ {file}] trên máy bị mất hoặc đã đổi. Đã dừng gửi hồ sơ này; báo quản trị khôi phục từ bản sao lưu.",
        "A file to be sent[, {file},] is missing or changed on this PC. Sending this dossier stopped; ask IT to restore "
        "the backup.",
        *SEND_AGAIN,
    ),
    "G11": Message(
        "Biên nhận trả về không xác thực được nên chưa ghi là đã tiếp nhận. Hồ sơ vẫn giữ trên máy; báo quản trị kiểm tra.",
        "The receipt does not verify, so the dossier is not marked received. It is safe on this PC; ask IT to check.",
        *SEND_AGAIN,
    ),
    "G12": Message(
        'Hệ thống dùng chung trả lại: [thiếu hoặc sai "{field}"|có ô thiếu hoặc sai][ (văn bản {document})]. Sửa rồi gửi lại.',
        'The shared system returned it: ["{field}" is missing or wrong|a field is missing or wrong][ (document {document})]. '
        "Mend it and send it again.",
        "Mở chỗ cần sửa",
        "Go to it",
    ),
    "G13": Message(
        "Máy này chưa có địa chỉ hệ thống dùng chung. [{waiting} hồ sơ|Hồ sơ] vẫn giữ trên máy; nhờ quản trị khai báo.",
        "This PC has no address of the shared system. [{waiting} dossiers are|Dossiers are] safe on this PC; ask IT to set it.",
    ),
    **EXCHANGE,
    **RULES,
    "G30": Message(
        "Kho mật khẩu của máy này đang khóa nên chưa đăng nhập được. Không có gì bị mất; mở khóa kho (đăng nhập lại vào máy) "
        "rồi gửi lại.",
        "This PC's keyring is locked, so there was no log-in. Nothing is lost; unlock it (log in to the PC again), then send "
        "again.",
        *SEND_NOW,
    ),
    "G31": Message(
        "Kho mật khẩu của máy này không trả lời[ ({reason})] nên chưa đăng nhập được. Không có gì bị mất; báo quản trị.",
        "This PC's keyring does not answer[ ({reason})], so there was no log-in. Nothing is lost; tell IT.",
        *SEND_NOW,
    ),
    "G32": Message(
        "Chứng thư của trạm này không dùng được[ ({reason})] nên chưa kết nối. Không có gì bị mất; báo quản trị kiểm tra tệp và "
        "hạn dùng.",
        "This station's certificate can't be used[ ({reason})], so there was no connection. Nothing is lost; tell IT to "
        "check its files and dates.",
        *SEND_NOW,
    ),
    "G25": Message(
        "Máy chủ phường không còn biên nhận của hồ sơ này. Hồ sơ và biên nhận vẫn giữ trên máy; báo quản trị của phường.",
        "The ward server has no receipt of this dossier any more. Dossier and receipt are safe on this PC; tell the ward's IT.",
    ),
    "G26": Message(
        "Biên nhận ở máy chủ phường khác biên nhận trên máy. Máy giữ nguyên bản của mình; báo quản trị của phường.",
        "The ward server's receipt is not the one on this PC. This PC keeps its own; tell the ward's IT.",
    ),
    "G27": Message(
        "Cơ sở dữ liệu nằm trên PostgreSQL nên không có trong bản sao lưu này. Tệp đã sao lưu đủ; chạy pg_dump trước lệnh này.",
        "The database is on PostgreSQL and not in this backup. The files are all in it; run pg_dump right before this command.",
    ),
    "G28": Message(
        "Bản sao lưu không nguyên vẹn[: thiếu hoặc hỏng {count} tệp]. Dữ liệu trên máy không đổi; sao lưu lại vào ổ đĩa khác.",
        "The backup is not whole[: {count} files are missing or changed]. Data on this PC is untouched; back up to another disk.",
    ),
    "M01": Message(
        "Ổ đĩa đầy[, thiếu {missing}], chưa lưu được trang mới. Các trang trước đã an toàn; gửi hoặc sao lưu để giải phóng chỗ.",
        "The disk is full[, {missing} short]; the new page was not saved. Earlier pages are safe; send or back up to free space.",
        *RETRY,
    ),
    "M02": Message(
        "Ổ đĩa còn [{free}|ít chỗ][, đủ khoảng {dossiers} hồ sơ]. Gửi hoặc sao lưu trước khi quét tiếp.",
        "The disk has [{free}|little space] left[, enough for about {dossiers} dossiers]. Send or back up before scanning on.",
    ),
    "M03": Message(
        "Tệp đã lưu[ của trang {page}] không còn khớp mã kiểm tra. Không dùng tệp này nữa; báo quản trị khôi phục từ "
        "bản sao lưu.",
        "A stored file[ of page {page}] no longer matches its checksum. It is not used any more; ask IT to restore the backup.",
    ),
    "M04": Message(
        "Không mở được dữ liệu của máy này. Tệp trên đĩa giữ nguyên; báo quản trị kiểm tra.",
        "This PC's database can't be opened. Files on disk are untouched; ask IT to check.",
        *RETRY,
    ),
    "M05": Message(
        "Máy tắt đột ngột[ lúc {time}]. Đã khôi phục đủ [{pages} trang|các trang][ của {code}].",
        "The PC stopped suddenly[ at {time}]. All [{pages} pages|pages][ of {code}] were recovered.",
    ),
    "M06": Message(
        "Tệp cấu hình có lỗi[ ở dòng {line}][: {key}]. Máy dùng cấu hình mặc định; nhờ quản trị sửa tệp.",
        "The settings file has an error[ in line {line}][: {key}]. Defaults are used; ask IT to mend the file.",
    ),
    "U01": Message(
        "Lệnh chưa đúng[: {detail}]. Chưa làm gì; xem cách dùng với --help.",
        "Wrong use of the command[: {detail}]. Nothing was done; see --help.",
    ),
    "U02": Message(
        "Chương trình đang mở sẵn trên dữ liệu này. Dùng cửa sổ đang mở, hoặc đóng nó rồi mở lại.",
        "The program is open on this data already. Use that window, or close it and try again.",
    ),
    "B01": Message(
        "Chương trình gặp lỗi của chính nó[ ở bước {step}][ với tệp {file}][ trang {page}][ ({type})]. Dữ liệu đã lưu vẫn an "
        "toàn; sao chép thông tin lỗi gửi quản trị.",
        "The program met a fault of its own[ in step {step}][ on the file {file}][ page {page}][ ({type})]. Saved data is safe; "
        "copy the details and send them to IT.",
        "Sao chép thông tin lỗi",
        "Copy error details",
    ),
}
