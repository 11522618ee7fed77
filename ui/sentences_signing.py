"""What the codes of signing (C) and of verifying (V) say; see ``ui.sentences``."""

from ui.wording import OTHER_FILE, RETRY, Message

SIGNING: dict[str, Message] = {
    "C01": Message(
        "Chưa cắm USB ký số. Bạn vẫn xem và đánh dấu trước được.",
        "No signing token is plugged in. You can still view and mark documents.",
        *RETRY,
    ),
    "C02": Message(
        "Sai mã PIN – đã dừng, chưa ký văn bản nào thêm. Nhập sai tiếp có thể khóa thiết bị[ (còn {left} lần)].",
        "Wrong PIN – stopped, no further document was signed. More wrong entries may lock the device[ ({left} left)].",
    ),
    "C03": Message(
        "USB ký số đã bị khóa. Liên hệ đơn vị cấp để mở; hồ sơ vẫn giữ trong hàng chờ ký.",
        "The signing token is locked. Ask its issuer to unlock it; the documents stay in the queue.",
    ),
    "C04": Message(
        "USB ký số bị rút khi đang ký[ (đã ký {count})]. Văn bản đã ký vẫn nguyên; cắm lại rồi ký tiếp.",
        "The token was pulled out while signing[ ({count} signed)]. Signed documents are intact; plug it in and sign on.",
        "Ký tiếp",
        "Sign on",
    ),
    "C05": Message(
        "Chứng thư [đã hết hạn ngày {date}|không còn hoặc chưa có hiệu lực]. Không ký được; cần cấp lại.",
        "The certificate [expired on {date}|is not valid now]. Signing is not possible; it has to be renewed.",
    ),
    "C06": Message(
        'Chứng thư mang tên đơn vị [cũ "{organization}"|khác]. Không ký được; cần cấp lại.',
        'The certificate carries [the old name "{organization}"|another unit\'s name]. Signing is not possible; it has '
        "to be renewed.",
    ),
    "C07": Message(
        "Không thấy khóa ký kèm chứng thư trên thiết bị. Hồ sơ vẫn giữ trong hàng chờ ký; kiểm tra đúng USB ký số chưa.",
        "The device holds no key with its certificate. The documents stay in the queue; check that it is the right token.",
        *RETRY,
    ),
    "C08": Message(
        "Không đọc được tệp khóa[ {file}]. Chưa ký văn bản nào; nhờ quản trị kiểm tra tệp.",
        "The key file[ {file}] can't be read. Nothing was signed; ask IT to check the file.",
    ),
    "C09": Message(
        "Đã ký[ ở mức {level}], chưa có đủ dấu thời gian. Sẽ tự bổ sung trước khi gửi.",
        "Signed[ at level {level}], without all time-stamps yet. They will be added before sending.",
    ),
    "C10": Message(
        "Chưa nạp được phần mềm của USB ký số. Hồ sơ vẫn giữ trong hàng chờ ký; nhờ quản trị cài lại.",
        "The token's software can't be loaded. The documents stay in the queue; ask IT to install it again.",
    ),
    "C11": Message(
        "Tệp PDF[ {file}] chưa ký được ở dạng hiện tại. Tệp giữ nguyên; tạo lại PDF rồi ký.",
        "The PDF[ {file}] can't be signed as it is. The file is untouched; make the PDF again, then sign.",
    ),
    "C12": Message(
        "Văn bản chưa qua [đủ {need} bước|bước] kiểm tra trước khi ký[ (đạt {have})]. Chưa ký gì; xem danh sách bên phải và sửa.",
        "The document has not passed [all {need}|the] checks before signing[ ({have} passed)]. Nothing was signed; see "
        "the list on "
        "the right.",
    ),
    "C20": Message(
        "USB ký số có nhiều chứng thư còn hạn[: {choices}]. Chưa ký gì; chọn một bằng --key-id hoặc key_id trong tệp cài đặt.",
        "The token holds several certificates in force[: {choices}]. Nothing was signed; choose one by --key-id or key_id in the "
        "settings file.",
    ),
    "C21": Message(
        "Chứng thư khác với chứng thư đã ký các tệp đầu của lô. Chưa ký thêm; dùng đúng khóa ban đầu, hoặc ký phần còn lại "
        "vào thư mục khác.",
        "This is not the certificate that signed the batch's first files. No more was signed; use the first key again, or "
        "sign the rest into another folder.",
    ),
    "C22": Message(
        "Người giữ khóa đã từ chối hoặc hủy xác nhận. Văn bản này chưa ký; ký lại nếu muốn.",
        "The key's owner refused or cancelled. This document is not signed; sign again if you want to.",
        "Ký lại",
        "Sign again",
    ),
    "C23": Message(
        "Dịch vụ ký từ xa[ {name}] chưa trả lời được. Văn bản còn lại vẫn chờ ký; thử lại sau.",
        "The remote signing service[ {name}] does not answer properly. What is left waits; try again later.",
        *RETRY,
    ),
    "C24": Message(
        "Dịch vụ ký từ xa[ {name}] từ chối tài khoản hoặc chứng thư[ ({reason})]. Chưa ký gì; nhờ quản trị kiểm tra cài đặt.",
        "The remote signing service[ {name}] refuses the account or the credential[ ({reason})]. Nothing was signed; ask IT "
        "to check the settings.",
    ),
    "C25": Message(
        "Cần mã xác nhận một lần (OTP) mới, hoặc mã vừa nhập không đúng. Văn bản còn lại vẫn chờ ký; lấy mã mới rồi ký tiếp.",
        "A fresh one-time code (OTP) is needed, or the one given is wrong. What is left waits; get a new code and sign on.",
        "Ký tiếp",
        "Sign on",
    ),
    "C26": Message(
        "Yêu cầu ký đã quá hạn xác nhận. Văn bản này chưa ký; ký lại để gửi yêu cầu mới.",
        "The request to sign has expired. This document is not signed; sign again to send a new request.",
        "Ký lại",
        "Sign again",
    ),
    "C27": Message(
        "Đang chờ người ký xác nhận trên điện thoại. Yêu cầu đã gửi và được giữ lại; xác nhận rồi chạy lại, không gửi hai lần.",
        "Waiting for the signer to confirm on the phone. The request is sent and kept; confirm, then run again: it is not sent "
        "twice.",
        "Kiểm tra lại",
        "Check again",
    ),
    "C28": Message(
        "Mất kết nối sau khi gửi yêu cầu ký: chưa rõ dịch vụ đã ký hay chưa. Chưa có tệp nào được tạo; xem lịch sử giao dịch "
        "rồi ký lại.",
        "The line dropped after the request was sent: it is not known whether the service signed. No file was made; look at "
        "the service's history, then sign again.",
        *RETRY,
    ),
    "C31": Message(
        "Văn bản ký [{form}|thay] nhưng sổ ủy quyền không có mục[ {form}] còn hiệu lực cho người ký này"
        "[ với loại {type}][, thủ tục {procedure}][ ngày {date}]. "
        "Chưa ký gì; ghi quyết định vào sổ (Ctrl+L ở Ký số, hoặc workstation signers add) hoặc chuyển đúng người ký.",
        "The document is signed [{form}|on behalf], but the ledger of authorised signers has no[ {form}] entry in force "
        "for this signer[ and "
        "type {type}][, procedure {procedure}][ on {date}]. Nothing was signed; enter the decision (Ctrl+L on Sign, or "
        "workstation signers add) or pass it to the right signer.",
    ),
    "C32": Message(
        "Mục này của sổ ủy quyền chưa hợp lệ[ ({entry})]. Sổ giữ nguyên; sửa rồi ghi lại.",
        "This entry of the ledger of authorised signers is not valid[ ({entry})]. The ledger is unchanged; correct it and enter "
        "it again.",
    ),
    "C33": Message(
        "Dấu chỉ được đóng bằng chứng thư của cơ quan[ ({organization})], thiết bị đang cắm là của người khác. "
        "Chưa đóng dấu; cắm USB của cơ quan.",
        "The seal needs the certificate of the agency[ ({organization})]; the token that is plugged in is somebody else's. "
        "Nothing was sealed; plug in the agency's token.",
        *RETRY,
    ),
    "C34": Message(
        "Chưa có ảnh dấu của cơ quan. Chưa đóng dấu; chọn một ảnh PNG nền trong suốt, màu đỏ, đúng cỡ dấu.",
        "There is no picture of the agency's seal yet. Nothing was sealed; choose a PNG with a transparent background, in red, "
        "of the seal's size.",
        "Chọn ảnh dấu",
        "Choose the picture",
    ),
    "C38": Message(
        "Số[ {number}/{notation}][ năm {year}] đã cấp cho văn bản khác. Chưa đóng dấu văn bản này; nhập số khác.",
        "The number[ {number}/{notation}][ of {year}] is another document's. This document was not sealed; enter another number.",
    ),
    "C39": Message(
        "Tệp[ {file}] là chữ ký của người có tên trên văn bản và máy này có sổ ủy quyền. Chưa ký gì; "
        "ghi chức vụ ký như trên văn bản (--title), loại văn bản (--type) và, nếu có, thủ tục (--procedure).",
        "This is the signature of the person named[ in {file}], and this PC keeps a ledger of authorised signers. "
        "Nothing was signed; state the title as on the document (--title), its type (--type) and any procedure (--procedure).",
    ),
    "C40": Message(
        "Vào số, ghi ngày, đóng dấu cơ quan và giữ sổ ủy quyền là việc của văn thư. Chưa có gì thay đổi; "
        "đổi người dùng (Ctrl+U).",
        "Number, date, the agency's seal and the ledger of signers are the registrar's. Nothing was changed; change the user "
        "(Ctrl+U).",
    ),
    "C41": Message(
        "Dấu thời gian lưu trữ[ hết hạn ngày {date} và] chưa gia hạn được. Tệp đã ký vẫn nguyên; máy tự thử lại.",
        "The archive time-stamp[ lapses on {date} and] could not be renewed yet. The file is untouched; it is tried again.",
    ),
    "C42": Message(
        "Dấu thời gian lưu trữ[ hết hạn ngày {date} và] không tự gia hạn được[ ({cause})]. Tệp vẫn nguyên; nhờ quản trị xem.",
        "The archive time-stamp[ lapses on {date} and] can't be renewed by itself[ ({cause})]. The file is untouched; call IT.",
    ),
    "C35": Message(
        "Chưa có ảnh chữ ký tay của người ký. Chưa ký gì; chọn một ảnh PNG nền trong suốt, nét màu xanh.",
        "There is no picture of the signer's handwritten signature yet. Nothing was signed; choose a PNG with a transparent "
        "background, in blue.",
        "Chọn ảnh chữ ký",
        "Choose the picture",
    ),
    "C36": Message(
        "Ảnh[ {file}] chưa dùng được[: {fault}]. Ảnh đang dùng giữ nguyên; chọn ảnh PNG khác.",
        "The picture[ {file}] can't be used[: {fault}]. The one in use is kept; choose another PNG.",
    ),
    "C37": Message(
        "Dịch vụ ký từ xa cần [{asks}|mã của người ký]. Chưa ký gì; nhập rồi nhấn ký lần nữa.",
        "The remote signing service needs [{asks}|a code of the signer]. Nothing was signed; enter it and sign again.",
        "Ký tiếp",
        "Sign on",
    ),
    "V01": Message(
        "Nội dung được ký đã bị thay đổi sau khi ký. Không dùng bản này; xin lại bản gốc.",
        "The signed content was changed after signing. Don't use this copy; ask for the original.",
    ),
    "V02": Message(
        "Có nội dung được thêm hoặc sửa sau khi ký. Chỉ phần đã ký là đáng tin; đối chiếu với bản gốc.",
        "Content was added or changed after signing. Only the signed part can be trusted; compare with the original.",
    ),
    "V03": Message(
        "Đơn vị cấp chứng thư không nằm trong danh sách tin cậy. Chưa kết luận được; nhờ quản trị kiểm tra.",
        "The certificate's issuer is not on the trust list. No conclusion yet; ask IT to check.",
    ),
    "V04": Message(
        "Chứng thư của người ký đã bị thu hồi[ ngày {date}]. Không ký bằng nó, không dùng bản đã ký; liên hệ người ký.",
        "The signer's certificate was revoked[ on {date}]. Don't sign with it, don't use what it signed; contact the signer.",
    ),
    "V05": Message(
        "Chưa hỏi được đơn vị cấp xem chứng thư có bị thu hồi không. Kiểm tra lại khi có mạng.",
        "The issuer could not be asked whether the certificate is revoked. Check again when the line is up.",
        *RETRY,
    ),
    "V06": Message(
        "Chữ ký số sai cấu trúc nên không kiểm tra được. Không dùng bản này; xin lại bản gốc.",
        "The signature is malformed and can't be checked. Don't use this copy; ask for the original.",
    ),
    "V07": Message(
        "Tệp này có 0 chữ ký số. Nội dung xem được nhưng chưa có giá trị bản ký.",
        "This file has 0 digital signatures. It can be read but doesn't count as signed.",
    ),
    "V08": Message(
        "Chứng thư không có hiệu lực vào lúc ký[ ({date})]. Không dùng bản này; xin ký lại.",
        "The certificate was not valid at the time of signing[ ({date})]. Don't use this copy; have it signed again.",
    ),
    "V09": Message(
        "Tệp có phần dữ liệu không được chữ ký tính đến[ ({bytes} byte)]. Không dùng bản này; xin lại bản gốc.",
        "The file has data no signature accounts for[ ({bytes} bytes)]. Don't use this copy; ask for the original.",
    ),
    "V10": Message(
        "Không đọc được tệp[ {file}] để kiểm tra. Tệp giữ nguyên; chọn tệp PDF khác.",
        "The file[ {file}] can't be read for checking. It is untouched; choose another PDF.",
        *OTHER_FILE,
    ),
    "V11": Message(
        "Có ô được điền hoặc ghi chú được thêm sau khi ký. Phần đã ký vẫn nguyên; xem phần thêm trước khi dùng.",
        "A form was filled in or a comment added after signing. The signed part is intact; look at the addition first.",
    ),
    "V12": Message(
        "Thuật toán ký[ {algorithm}] quá yếu, không còn được chấp nhận. Xin ký lại bằng chứng thư mới.",
        "The signature algorithm[ {algorithm}] is too weak and no longer accepted. Have it signed again.",
    ),
    "V13": Message(
        "Chữ ký dùng chứng thư tập huấn. Chỉ để luyện tập, không có giá trị pháp lý.",
        "Signed with a training certificate. For practice only, without legal effect.",
    ),
    "V14": Message(
        "Chữ ký chỉ bao một phần của tệp. Phần còn lại không đáng tin; xin lại bản gốc.",
        "The signature covers only a part of the file. The rest can't be trusted; ask for the original.",
    ),
    "V15": Message(
        "Chữ ký không khớp với khóa trong chứng thư của người ký. Không dùng bản này; xin lại bản gốc.",
        "The signature does not fit the key in the signer's certificate. Don't use this copy; ask for the original.",
    ),
    "V16": Message(
        "Tệp[ {file}] có chữ ký số nhưng cấu trúc đã hỏng hoặc bị sửa. Không dùng bản này; xin lại bản gốc.",
        "The file[ {file}] has a signature, but its structure is damaged or was altered. Don't use this copy; ask for the "
        "original.",
    ),
    "V17": Message(
        "Chứng thư đã hết hạn[ ngày {date}] và không có dấu thời gian chứng minh đã ký trước đó. Xin người ký xác nhận hoặc gửi "
        "bản có dấu thời gian.",
        "The certificate has expired[ on {date}] and no time-stamp proves that it was signed before. Ask the signer to confirm "
        "or for a copy with a time-stamp.",
    ),
    "V18": Message(
        "Chứng thư chưa đến ngày có hiệu lực[ ({date})]. Xem lại ngày giờ của máy này; nếu đúng thì xin ký lại.",
        "The certificate is not valid yet[ ({date})]. Check this PC's clock; if it is right, have it signed again.",
    ),
    "V19": Message(
        "Tệp có hai bảng mục lục, mỗi chương trình có thể hiện nội dung khác nhau. Phần đã ký vẫn nguyên; đối chiếu với bản gốc.",
        "The file has two cross-reference tables, so programs may show different content. The signed part is intact; compare "
        "with the original.",
    ),
    "V20": Message(
        "Dấu thời gian bị hỏng hoặc mâu thuẫn với nhau. Không dựa vào giờ ghi trong tệp; xin lại bản gốc.",
        "A time-stamp is broken or contradicts another. Don't rely on the times in the file; ask for the original.",
    ),
    "V21": Message(
        "Đơn vị cấp dấu thời gian không nằm trong danh sách tin cậy. Giờ ký chưa được chứng minh; nhờ quản trị kiểm tra.",
        "The time-stamping authority is not on the trust list. The signing time is not proven; ask IT to check.",
    ),
    "V22": Message(
        "Chứng thư này không được cấp để ký văn bản. Không dùng bản này; xin ký lại bằng chứng thư ký số.",
        "This certificate was not issued for signing documents. Don't use this copy; have it signed with a signing certificate.",
    ),
    "V23": Message(
        "Tệp thiếu chứng thư của đơn vị cấp nên chưa nối được tới gốc tin cậy. Nhờ quản trị thêm chứng thư còn thiếu.",
        "The issuer's certificate is missing, so the chain does not reach a trusted root. Ask IT to add what is missing.",
    ),
    "V24": Message(
        "Chuỗi chứng thư có chỗ sai chữ ký, hết hạn hoặc không được quyền cấp. Chưa kết luận được; nhờ quản trị kiểm tra.",
        "A certificate of the chain is wrongly signed, expired or not allowed to issue. No conclusion yet; ask IT to check.",
    ),
    "V25": Message(
        "Chứng thư của đơn vị cấp đã bị thu hồi[ ngày {date}]. Không dùng bản này; liên hệ người ký.",
        "An issuing authority's certificate was revoked[ on {date}]. Don't use this copy; contact the signer.",
    ),
    "V26": Message(
        "Chữ ký thiếu chứng thư của người ký hoặc kèm chứng thư khác. Không dùng bản này; xin lại bản gốc.",
        "The signer's certificate is missing from the signature, or another stands in its place. Don't use this copy; ask for "
        "the original.",
    ),
    "V27": Message(
        "Chữ ký theo một chính sách ký mà máy này chưa kiểm tra được. Chưa kết luận được; nhờ quản trị kiểm tra.",
        "The signature follows a policy that this PC can't check. No conclusion yet; ask IT to check.",
    ),
    "V28": Message(
        "Chưa đủ bằng chứng về thời điểm ký để kết luận. Xin người ký xác nhận hoặc gửi bản có dấu thời gian.",
        "There is not enough proof of when it was signed. Ask the signer to confirm or for a copy with a time-stamp.",
    ),
    "V29": Message(
        "Có chữ ký khác được ký thêm sau chữ ký này. Phần đã ký vẫn nguyên; xem kết quả của từng chữ ký.",
        "Another signature was added after this one. The signed part is intact; look at the result of each signature.",
    ),
    "V31": Message(
        "Sau chữ ký này chỉ có thêm chữ ký hợp lệ khác. Nội dung đã ký không thay đổi.",
        "Nothing but further valid signatures was added after this one. What it signed is unchanged.",
    ),
    "V30": Message(
        "Có ghi chú, hình hoặc dấu được đặt chồng lên trang sau khi ký. Chỉ phần bên dưới được ký; đối chiếu với bản gốc.",
        "A note, picture or stamp was laid over the pages after signing. Only what lies beneath is signed; compare with the "
        "original.",
    ),
}
